namespace IoTOrleans.Grains.Presence;

/// <summary>The one word that a destination is owed next of one outage, or of one time of flapping.</summary>
internal readonly record struct Debt(string Destination, NotificationEvent Event, string OutageId, Delivery Delivery)
{
    /// <summary>What is on its way is asked for again in a minute, should it get lost.</summary>
    public DateTimeOffset NextTry(DateTimeOffset now) => Delivery.RetryAt > now ? Delivery.RetryAt.Value : now + TellingRules.FirstRetry;
}
