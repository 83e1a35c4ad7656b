namespace IoTOrleans.Grains.Ports;

/// <summary>Somewhere people are told.</summary>
public interface INotificationDestination
{
    /// <summary>Unique; policies name it in <c>Notify</c>, and what it is owed is stored under it.</summary>
    string Name { get; }

    DestinationTerms Terms => DestinationTerms.Default;

    /// <summary>
    /// Sends once, within its own time-outs; never throws but for cancellation. Whoever calls decides about retries.
    /// </summary>
    Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken);

    /// <summary>The same for many at once; only where <see cref="DestinationTerms.Collapse"/> is set.</summary>
    Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken);

    /// <summary>The daily list; only where <see cref="DestinationTerms.DailySummary"/> is set.</summary>
    Task<DeliveryAnswer> Send(FleetSummary summary, CancellationToken cancellationToken) =>
        Task.FromResult(DeliveryAnswer.Refused("it takes no summaries"));
}

/// <param name="Detail">The MessageId, the HTTP status, the error: what a person should read.</param>
/// <param name="RetryAfter">How long the destination wants to be left alone, if it said so.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.DeliveryAnswer")]
public sealed record DeliveryAnswer(
    [property: Id(0)] DeliveryOutcome Outcome, [property: Id(1)] string? Detail = null, [property: Id(2)] TimeSpan? RetryAfter = null)
{
    /// <summary>Set: it was told, or is being told, by this incident and not by a notification of its own.</summary>
    [Id(3)] public string? IncidentId { get; init; }

    /// <summary>
    /// Set: it failed, or was not even tried, because the destination takes nothing from anybody. Whoever is answered so is woken as soon
    /// as it does, and asks again by itself after this.
    /// </summary>
    [Id(4)] public TimeSpan? AskAgainIn { get; init; }

    /// <summary>Set, and refused: there is no such destination in the settings.</summary>
    [Id(5)] public bool IsRemoved { get; init; }

    public static DeliveryAnswer Removed { get; } = Refused("it is not in the settings any more") with { IsRemoved = true };

    public static DeliveryAnswer Accepted(string? detail = null) => new(DeliveryOutcome.Accepted, detail);

    public static DeliveryAnswer Failed(string detail) => new(DeliveryOutcome.Failed, detail);

    public static DeliveryAnswer Refused(string detail) => new(DeliveryOutcome.Refused, detail);
}

[GenerateSerializer, Alias("IoTOrleans.DeliveryOutcome")]
public enum DeliveryOutcome
{
    /// <summary>Not taken, or the answer was lost: tried again soon.</summary>
    Failed = 0,

    /// <summary>Taken: SNS answered with a MessageId, the webhook with 2xx.</summary>
    Accepted = 1,

    /// <summary>It does not want it (4xx but for 408 and 429): tried hourly for a day.</summary>
    Refused = 2,
}
