namespace IoTOrleans.Grains.Tests.World.Judging;

/// <summary>
/// What could be known of the true history, and when. A message that was acknowledged is known; one that was delivered may be. What
/// never arrived cannot be held against anyone.
/// </summary>
internal sealed class Knowledge(History history)
{
    private readonly double?[] _surely = new double?[history.Changes.Count];
    private readonly double?[] _perhaps = new double?[history.Changes.Count];
    private readonly double?[] _sentLast = new double?[history.Changes.Count];
    private readonly bool[] _asNews = new bool[history.Changes.Count];

    public IReadOnlyList<Change> Changes => history.Changes;

    public bool Anything => _surely.Any(at => at is not null);

    public void Perhaps(int change, double now) => _perhaps[change] ??= now;

    public void Arrived(Message message, double now)
    {
        Perhaps(message.Change, now);

        // Said again without a change, it moves no clock; and it is no news of a stranger.
        if (message.What.SaysUnchanged && (!Anything || _sentLast[message.Change] is not null)) return;
        if (message.Sent > (_sentLast[message.Change] ?? 0)) _sentLast[message.Change] = message.Sent;
    }

    public void Surely(int change, double now)
    {
        _perhaps[change] ??= now;
        _surely[change] ??= now;
    }

    /// <summary>
    /// A message that said that something had changed was acknowledged; one that says that nothing has changed is all that may be left of
    /// it.
    /// </summary>
    public void AsNews(int change) => _asNews[change] = true;

    public bool IsNews(int change) => _asNews[change];

    public double? SureAt(int change) => _surely[change];

    public double? ArrivedAt(int change) => _perhaps[change];

    /// <summary>The latest moment at which a message about it was received by our queue.</summary>
    public double? SentLast(int change) => _sentLast[change];

    /// <summary>
    /// The truly latest change that was known before that moment and decides whether the thing is connected: it is as long as one of its
    /// clients is.
    /// </summary>
    public Change? Latest(double before)
    {
        var known = LatestOfEach(before).ToList();
        return known.LastOrDefault(change => change.Connected) ?? known.LastOrDefault();
    }

    /// <summary>A later one that may have been known by then, and would make the thing what is asked for.</summary>
    public Change? LaterPerhaps(int than, bool connected, double by)
    {
        if (connected)
            return history.Changes.LastOrDefault(change => change.Connected && IsLater(change, than, by) && _perhaps[change.Index] <= by);

        // Every client that is known to be connected would have to be gone.
        var ends = LatestOfEach(by).Where(change => change.Connected).Select(change => LastEnd(change.Client, change.Index, by)).ToList();
        if (ends.Count == 0)
            return history.Changes.LastOrDefault(change => !change.Connected && change.Index > than && _perhaps[change.Index] <= by);
        return ends.All(end => end is not null) ? ends.MaxBy(end => end!.Index) : null;
    }

    /// <summary>The later drops that may have been known by then.</summary>
    public IEnumerable<Change> PerhapsAfter(int than, double by) =>
        history.Changes.Where(change => !change.Connected && change.Index > than && _perhaps[change.Index] <= by);

    /// <summary>When it was known that no client is connected any more, the last of them by this drop; null: that is not known.</summary>
    public double? AwaySince(Change drop)
    {
        if (_surely[drop.Index] is null) return null;
        var ends = EndsUpTo(drop);
        return ends.Any(change => change.Connected) ? null : ends.Max(change => _surely[change.Index]);
    }

    /// <summary>The latest moment at which our queue received the end of one of its clients: the thing is away since then.</summary>
    public double? AwaySentLast(Change drop) => EndsUpTo(drop).Max(change => _sentLast[change.Index]);

    /// <summary>Those that were known by then, of the clients that went before.</summary>
    public IEnumerable<Change> EndsOfOtherClients(Change drop, double by) =>
        LatestOfEach(by, drop.Index).Where(change => !change.Connected && change.Client != drop.Client);

    private List<Change> EndsUpTo(Change drop) => [.. LatestOfEach(double.PositiveInfinity, drop.Index), drop];

    private IEnumerable<Change> LatestOfEach(double before, int index = int.MaxValue) =>
        history.Changes.Where(change => _surely[change.Index] < before && change.Index < index).GroupBy(change => change.Client)
            .Select(client => client.Last()).OrderBy(change => change.Index);

    private Change? LastEnd(int client, int than, double by) => history.Changes.LastOrDefault(
        change => change.Client == client && !change.Connected && change.Index > than && _perhaps[change.Index] <= by);

    /// <summary>Than the change that is asked about, or than what is known of another client.</summary>
    private bool IsLater(Change change, int than, double by)
    {
        if (than < 0 || history.Changes[than].Client == change.Client) return change.Index > than;
        return history.Changes.All(other => other.Client != change.Client || other.Index <= change.Index || !(_surely[other.Index] <= by));
    }

    /// <summary>
    /// The drops in a row, as far as known: nothing said in time that it came back in between. A reconnect that is heard of after the next
    /// drop is an older event, and where there are no sessions it proves nothing.
    /// </summary>
    public IReadOnlyList<Change> RunOf(Change drop, double before)
    {
        var run = new List<Change> { drop };
        foreach (var change in history.Changes.Reverse().SkipWhile(change => change.Index >= drop.Index))
        {
            if (change.Connected && _surely[change.Index] < before && _surely[change.Index] <= _perhaps[run[^1].Index]) break;
            if (!change.Connected && _perhaps[change.Index] < before) run.Add(change);
        }

        return run;
    }
}
