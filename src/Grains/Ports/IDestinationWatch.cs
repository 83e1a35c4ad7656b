namespace IoTOrleans.Grains.Ports;

/// <summary>How this silo's destinations do, for whoever watches the watcher.</summary>
public interface IDestinationWatch
{
    /// <summary>Those that refuse what they are sent, and since when: a person has to look at their settings or permissions.</summary>
    IReadOnlyDictionary<string, DateTimeOffset> Refusing { get; }
}
