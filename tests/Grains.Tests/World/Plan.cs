using System.Globalization;

namespace IoTOrleans.Grains.Tests.World;

/// <summary>Everything that a world is made of: what it does follows from this alone, so that a seed repeats it.</summary>
internal sealed record Plan(Setup Setup, Chapter[] Chapters, Trouble[] Troubles, Blow[] Blows)
{
    /// <summary>Nothing of ours or of AWS fails in this world; only messages travel as they do.</summary>
    public bool IsCalm => Troubles.Length == 0 && Blows.Length == 0;

    /// <summary>
    /// In a third of the worlds memory is short, and an activation leaves it as soon as it has been idle for some seconds.
    /// </summary>
    public bool IsShortOfMemory => Chapters.Sum(chapter => chapter.Up) % 3 == 0;

    /// <summary>In a third of the worlds somebody keeps importing the thing. It has events, so that changes nothing.</summary>
    public bool IsImported => Chapters.Sum(chapter => chapter.Up) % 3 == 1;

    public bool HasSleepers => Troubles.Any(trouble => trouble.Kind == TroubleKind.SiloSleeps)
        || Blows.Any(blow => blow.Kind == BlowKind.SleepsAfter);

    /// <summary>A silo may stop between a write and the removal of a reminder that nobody needs any more.</summary>
    public bool HasDeaths => HasSleepers || Troubles.Any(trouble => trouble.Kind is TroubleKind.SiloDies or TroubleKind.AllSilosDie)
        || Blows.Any(blow => blow.Kind is BlowKind.DiesBefore or BlowKind.DiesAfter);

    public override string ToString() =>
        $"{Setup}\n" + string.Concat(Chapters.Select((chapter, i) => $"  {i + 1}. {chapter}\n"))
        + string.Concat(Troubles.Select(trouble => $"  {trouble}\n")) + string.Concat(Blows.Select(blow => $"  {blow}\n"));
}

/// <summary>Which messages a rule sends to our queue.</summary>
internal enum Feed
{
    Lifecycle, Shadow, Both, Http,
}

/// <summary>
/// Who can be asked: nobody, a shadow that is kept, one that nobody has written since the first connect, one that is missing; or AWS about
/// the connections of the thing's clients, and the shadow while no client is known.
/// </summary>
internal enum Witness
{
    None, Shadow, Neglected, Missing, Connection,
}

/// <summary>
/// The MQTT clients of the thing: one, a new id for each connection (but for takeovers, which need the same one), or two, each with
/// sessions of its own.
/// </summary>
internal enum Clients
{
    One, New, Two,
}

/// <summary>Durations in seconds.</summary>
/// <param name="Expiry">After so long away AWS counts the client's sessions from 0 again.</param>
internal sealed record Setup(
    Feed Feed, Witness Witness, int Grace, int Hold, int Recheck, int Repeat, int Destinations, bool TellsRecovery,
    Clients Clients, int Expiry)
{
    public const int Settle = 5;

    public const int MaxHold = 600;

    public override string ToString() =>
        $"Feed {Feed}, witness {Witness}; grace {Grace} s, hold {Hold} s, recheck {Recheck} s, repeat {Repeat} s, "
        + $"{Destinations} destination(s){(TellsRecovery ? "" : ", recoveries not told")}; "
        + $"client(s): {Clients}, sessions expire after {Expiry} s";
}

internal enum Ending
{
    PowerLoss, Goodbye, Takeover, Stays,
}

/// <summary>A session and the absence after it.</summary>
/// <param name="ShadowLag">Seconds until the shadow says so.</param>
/// <param name="Reported">How often the shadow is written again during the absence without a change.</param>
/// <param name="NewShadow">It was deleted while the thing was away and is made again by this session: its version starts anew.</param>
internal sealed record Chapter(
    int Up, Ending Ending, int Away, Travel Connect, Travel Drop, int SkippedNumbers, int ShadowLag, int Reported, bool NewShadow)
{
    public override string ToString() =>
        $"connects [{Connect}]{(SkippedNumbers > 0 ? $" number +{1 + SkippedNumbers}" : "")}{(NewShadow ? " new shadow" : "")}, "
        + $"after {Up} s {Ending}{(Ending is Ending.PowerLoss or Ending.Goodbye ? $" for {Away} s [{Drop}]" : Ending == Ending.Takeover ? $" [{Drop}]" : "")}"
        + $"{(Reported > 0 ? $", shadow re-reported {Reported} times" : "")}{(ShadowLag > 0 ? $", shadow {ShadowLag} s late" : "")}";
}

/// <summary>How a message about one change comes to us.</summary>
/// <param name="Emitted">Seconds until the queue has it.</param>
/// <param name="Queued">Seconds more until we receive it.</param>
/// <param name="StampOff">Error of a lifecycle stamp in seconds; AWS states ± 120.</param>
/// <param name="AgainAfter">The queue delivers it once more; 0: it does not.</param>
/// <param name="TwiceAfter">AWS publishes it once more; 0: it does not.</param>
internal sealed record Travel(int Emitted, int Queued, int StampOff, int AgainAfter, int TwiceAfter, bool Lost)
{
    public override string ToString() => Lost ? "lost" : string.Join(' ', Words());

    private IEnumerable<string> Words()
    {
        if (Emitted > 0) yield return $"sent {Emitted} s late";
        if (Queued > 0) yield return $"queued {Queued} s";
        if (StampOff != 0) yield return $"stamp {StampOff.ToString("+0;-0", CultureInfo.InvariantCulture)} s";
        if (AgainAfter > 0) yield return $"redelivered {AgainAfter} s later";
        if (TwiceAfter > 0) yield return $"published again {TwiceAfter} s later";
    }
}

internal enum TroubleKind
{
    StoreRefuses, StoreLosesAnswers, StoreHangs, RemindersRefuse, RemindersLoseAnswers, VerifierFails, VerifierHangs,
    MailFails, MailRefuses, MailLosesAnswers, MailHangs, SiloDies, SiloSleeps, AllSilosDie,
}

/// <summary>Something that is wrong for a while, in seconds of the world.</summary>
internal sealed record Trouble(TroubleKind Kind, int From, int Lasts)
{
    public override string ToString() => $"{From} s to {From + Lasts} s: {Kind}";
}

internal enum BlowKind
{
    Refused, AnswerLost, Slow, DiesBefore, DiesAfter, SleepsAfter,
}

/// <summary>What happens to the n-th effect of the world.</summary>
internal sealed record Blow(int Effect, BlowKind Kind)
{
    public override string ToString() => $"effect {Effect}: {Kind}";
}
