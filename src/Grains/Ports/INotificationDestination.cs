namespace IoTOrleans.Grains.Ports;

public interface INotificationDestination
{
    /// <summary>Unique; policies name it in <c>Notify</c>, and what it is owed is stored under it.</summary>
    string Name { get; }

    DestinationTerms Terms => DestinationTerms.Default;

    /// <summary>Sends once, within its own time-outs; throws only when it is cancelled. The caller decides about retries.</summary>
    Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken);

    /// <summary>Only where <see cref="DestinationTerms.Collapse"/> is set.</summary>
    Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken);

    /// <summary>Only where <see cref="DestinationTerms.DailySummary"/> is set.</summary>
    Task<DeliveryAnswer> Send(FleetSummary summary, CancellationToken cancellationToken) =>
        Task.FromResult(DeliveryAnswer.Refused("it takes no summaries"));
}

/// <param name="Detail">For people: the MessageId, the HTTP status, the error.</param>
/// <param name="RetryAfter">What the destination asked for.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.DeliveryAnswer")]
public sealed record DeliveryAnswer(
    [property: Id(0)] DeliveryOutcome Outcome, [property: Id(1)] string? Detail = null, [property: Id(2)] TimeSpan? RetryAfter = null)
{
    /// <summary>Set: this incident tells it, not a notification of its own.</summary>
    [Id(3)] public string? IncidentId { get; init; }

    /// <summary>Set: the destination takes nothing at all. The grain is woken as soon as it does, and asks by itself after this.</summary>
    [Id(4)] public TimeSpan? AskAgainIn { get; init; }

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

    /// <summary>Not wanted (4xx except 408 and 429): tried hourly for a day.</summary>
    Refused = 2,
}
