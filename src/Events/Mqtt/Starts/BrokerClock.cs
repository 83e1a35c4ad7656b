namespace IoTOrleans.Events.Mqtt;

internal sealed class BrokerClock : IBrokerClock
{
    private volatile BrokerStart? current;

    public bool Expected => true;

    /// <summary>Stays what it is when the broker stops: grains that are still at work must not take that for another start.</summary>
    public BrokerStart? Current => current;

    internal void Started(BrokerStart start) => current = start;
}
