namespace IoTOrleans.Grains.Devices;

/// <param name="Items">As it became known, newest first.</param>
public sealed record DeviceHistory(string ThingName, IReadOnlyList<HistoryItem> Items);

/// <param name="At">When it happened, to the second. A late event may be older than the entry after it.</param>
/// <param name="Event"><c>connected</c>, <c>disconnected</c>, <c>told</c>, <c>delivered</c>, <c>recovered</c>, …</param>
/// <param name="Reason">The named reason, as in logs and metrics.</param>
/// <param name="Word">The notification that it is about, if any.</param>
/// <param name="Destinations">Who accepted it; of <c>given-up</c>: who did not. Versions before this field did not record it.</param>
/// <param name="By">Who did it; null: no person, or it is not known.</param>
public sealed record HistoryItem(
    DateTimeOffset At, string Event, string Reason, string? Word, IReadOnlyList<string> Destinations, string? By);

/// <summary>The current state, and the reasons that led there.</summary>
public sealed record DeviceWhy
{
    public required string ThingName { get; init; }

    public required PresenceStatus Status { get; init; }

    public required DateTimeOffset? Since { get; init; }

    public required string? OutageId { get; init; }

    /// <summary>Empty: nothing is left to do but what is owed.</summary>
    public required IReadOnlyList<WaitingFor> WaitingFor { get; init; }

    public required IReadOnlyList<OwedWord> Owed { get; init; }

    /// <summary>AWS IoT refuses to let the thing connect; null: not that we know, or it is not away.</summary>
    public required RefusedConnects? Refused { get; init; }

    public required IReadOnlyList<string> MutedBy { get; init; }

    /// <summary><c>override</c>, the glob of the policy that matched, or <c>default</c>.</summary>
    public required string PolicySource { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<WhyItem> Items { get; init; }
}

/// <param name="What"><c>grace</c>, <c>verifier</c>, <c>recovery-hold</c>, <c>mute</c>, …</param>
/// <param name="Until">Null: not known, or at any moment.</param>
public sealed record WaitingFor(string What, DateTimeOffset? Until, string Sentence);

/// <param name="Event">The notification that it is owed.</param>
/// <param name="LastAnswer"><c>failed</c>, <c>refused</c>, or <c>removed</c> from the settings; null: none yet.</param>
/// <param name="NextTryAt">Null: now.</param>
public sealed record OwedWord(
    string Destination, string Event, string OutageId, string? LastAnswer, int Failures, DateTimeOffset? NextTryAt);

/// <param name="Count">At least so many times in this outage.</param>
/// <param name="Reason">AWS IoT's <c>connectFailureReason</c> of the last time; null: it gave none.</param>
public sealed record RefusedConnects(int Count, string? Reason, DateTimeOffset Since, string Sentence);

/// <param name="Reason">The named reason, as in logs and metrics.</param>
/// <param name="Word">As in the history.</param>
/// <param name="Destinations">As in the history.</param>
/// <inheritdoc cref="HistoryItem"/>
public sealed record WhyItem(
    DateTimeOffset At, string Reason, string Sentence, string? Word, IReadOnlyList<string> Destinations, string? By);
