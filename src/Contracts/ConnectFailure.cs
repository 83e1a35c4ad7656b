namespace IoTOrleans.Contracts;

/// <summary>
/// AWS IoT refused a client's attempt to connect (<c>connect_failed</c>). Evidence about a running outage: it never begins, ends or delays
/// one.
/// </summary>
/// <param name="Timestamp">As in <see cref="ConnectionChange.Timestamp"/> of a lifecycle event.</param>
/// <param name="ReceivedAt">As in <see cref="ConnectionChange.ReceivedAt"/>.</param>
/// <param name="Reason">AWS IoT's <c>connectFailureReason</c>; AWS may add values, so any string.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ConnectFailure")]
public sealed record ConnectFailure(
    [property: Id(0)] DateTimeOffset Timestamp, [property: Id(1)] DateTimeOffset ReceivedAt, [property: Id(2)] string? Reason = null);
