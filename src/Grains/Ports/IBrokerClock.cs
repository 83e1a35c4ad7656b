namespace IoTOrleans.Grains.Ports;

/// <summary>When the broker in this process started. Things of an earlier start lost their connections with it.</summary>
public interface IBrokerClock
{
    /// <summary>There is a broker in this process, or there will be one as soon as it has started.</summary>
    bool Expected { get; }

    /// <summary>The running start; null: it has not started.</summary>
    BrokerStart? Current { get; }
}

/// <param name="Number">Counts the starts of this broker, over restarts of the process.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.BrokerStart")]
public sealed record BrokerStart([property: Id(0)] long Number, [property: Id(1)] DateTimeOffset At);
