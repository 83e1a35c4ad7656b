using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Summaries;

/// <summary>
/// How often a day's list was tried in vain. Memory only: an activation that does not know tries once too early, which is cheaper than a
/// write for each try.
/// </summary>
internal sealed record SummaryTries(DateOnly? Date, int Failures, DateTimeOffset NotBefore, string? Detail)
{
    internal static readonly TimeSpan AfterRefusal = TimeSpan.FromHours(1);

    private static readonly TimeSpan first = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan longest = TimeSpan.FromMinutes(15);

    public static SummaryTries None { get; } = new(null, 0, DateTimeOffset.MinValue, null);

    public SummaryTries Failed(DateOnly date, DeliveryAnswer answer, DateTimeOffset now)
    {
        var failures = Date == date ? Failures + 1 : 1;
        var wait = answer.Outcome == DeliveryOutcome.Refused ? AfterRefusal : first * Math.Pow(2, Math.Min(failures - 1, 10));
        if (answer.Outcome != DeliveryOutcome.Refused && wait > longest) wait = longest;
        return new(date, failures, now + wait, answer.Detail);
    }

    /// <summary>The day is over, and nobody has heard of it.</summary>
    public bool GivesUp(DateOnly today) => Date < today;
}
