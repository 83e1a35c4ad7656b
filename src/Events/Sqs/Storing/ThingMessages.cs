namespace IoTOrleans.Events.Sqs;

/// <summary>
/// What one receive brought for one thing, in the order it was sent. It is stored one after the other, and where one cannot be stored the
/// rest waits with it: two events of the same second must not change places.
/// </summary>
internal sealed record ThingMessages(string ThingName, IReadOnlyList<PendingChange> Changes);

internal sealed record PendingChange(InFlightMessage Message, ConnectionChange Change);
