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

    public IReadOnlyList<Change> Changes => history.Changes;

    public bool Anything => _surely.Any(at => at is not null);

    public void Perhaps(int change, double now) => _perhaps[change] ??= now;

    public void Arrived(Message message, double now)
    {
        Perhaps(message.Change, now);

        // Said again without a change, it moves no clock.
        if (message.What.SaysUnchanged && _sentLast[message.Change] is not null) return;
        if (message.Sent > (_sentLast[message.Change] ?? 0)) _sentLast[message.Change] = message.Sent;
    }

    public void Surely(int change, double now)
    {
        _perhaps[change] ??= now;
        _surely[change] ??= now;
    }

    public double? SureAt(int change) => _surely[change];

    public double? ArrivedAt(int change) => _perhaps[change];

    /// <summary>The latest moment at which a message about it was received by our queue.</summary>
    public double? SentLast(int change) => _sentLast[change];

    /// <summary>The truly latest change that was known before that moment.</summary>
    public Change? Latest(double before) => history.Changes.LastOrDefault(change => _surely[change.Index] < before);

    /// <summary>A later one, of this kind, that may have been known by then.</summary>
    public Change? LaterPerhaps(int than, bool connected, double by) =>
        history.Changes.LastOrDefault(change => change.Index > than && change.Connected == connected && _perhaps[change.Index] <= by);

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
