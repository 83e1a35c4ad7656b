using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Summaries;

/// <summary>Failed tries of a day's list. In memory only: a try that comes too early is cheaper than a write for each try.</summary>
internal sealed record SummaryTries(DateOnly? Date, int Failures, DateTimeOffset NotBefore, string? Detail)
{
    internal static readonly TimeSpan AfterRefusal = TimeSpan.FromHours(1);

    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);

    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    public static SummaryTries None { get; } = new(null, 0, DateTimeOffset.MinValue, null);

    public SummaryTries Failed(DateOnly date, DeliveryAnswer answer, DateTimeOffset now)
    {
        var before = Date == date ? Failures : 0;
        if (answer.AskAgainIn is { } asked && before < Retries.FailuresOfItsOwn) return new(date, before, now + asked, answer.Detail);
        var failures = before + 1;
        var wait = answer.Outcome == DeliveryOutcome.Refused ? AfterRefusal : new Backoff(First, Longest).After(failures);
        return new(date, failures, now + wait, answer.Detail);
    }

    /// <summary>Makes a failed list due, except a refused one or one that failed often while the destination took others.</summary>
    public SummaryTries AnswersAgain(DateTimeOffset now) =>
        NotBefore - now <= Longest && Failures < Retries.FailuresOfItsOwn ? this with { NotBefore = now } : this;
}
