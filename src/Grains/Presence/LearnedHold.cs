namespace IoTOrleans.Grains.Presence;

/// <summary>
/// A thing that keeps coming back for a moment has to stay longer before anyone is told that it is back: each further return within an
/// hour of the one before it doubles its hold. Only recoveries ever wait for this.
/// </summary>
internal static class LearnedHold
{
    internal static readonly TimeSpan Remembered = TimeSpan.FromHours(1);
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Enough for the shortest hold to become the longest.</summary>
    private const int MostDoublings = 10;

    /// <summary>One that is longer by the settings stays as it is; "at once" stays at once, since that is what was asked for.</summary>
    public static TimeSpan Of(RuleContext context, Unrest? unrest)
    {
        var hold = context.Policy.RecoveryHold;
        if (hold >= Longest) return hold;
        hold *= Math.Pow(2, unrest?.Further ?? 0);
        return hold < Longest ? hold : Longest;
    }

    /// <summary>The thing came back. Whoever was away was perhaps ourselves: then it teaches nothing.</summary>
    public static Unrest? CameBack(Unrest? unrest, Outage outage, DateTimeOffset at)
    {
        if (outage.Ours) return unrest;
        unrest ??= new();
        var further = unrest.BackAt is { } last && at - last <= Remembered ? Math.Min(unrest.Further + 1, MostDoublings) : 0;
        return unrest with { BackAt = at, Further = further };
    }
}
