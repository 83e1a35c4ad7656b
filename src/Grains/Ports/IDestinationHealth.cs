namespace IoTOrleans.Grains.Ports;

/// <summary>How this silo's destinations do, for whoever watches the watcher.</summary>
public interface IDestinationHealth
{
    /// <summary>Those that refuse what they are sent, and since when: a person has to look at their settings or permissions.</summary>
    IReadOnlyDictionary<string, DateTimeOffset> Refusing { get; }

    /// <summary>Those that have taken nothing in attempts over five minutes or more, and since when.</summary>
    IReadOnlyDictionary<string, DateTimeOffset> Failing { get; }
}
