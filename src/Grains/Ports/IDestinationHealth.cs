namespace IoTOrleans.Grains.Ports;

/// <summary>Destinations of this silo that do not work, and since when.</summary>
public interface IDestinationHealth
{
    /// <summary>They refuse notifications: somebody has to change their settings or permissions.</summary>
    IReadOnlyDictionary<string, DateTimeOffset> Refusing { get; }

    /// <summary>They have accepted nothing in attempts over five minutes or more.</summary>
    IReadOnlyDictionary<string, DateTimeOffset> Failing { get; }
}
