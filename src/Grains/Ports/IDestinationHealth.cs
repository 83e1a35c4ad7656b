namespace IoTOrleans.Grains.Ports;

/// <summary>What this silo knows of its destinations: those that do not work, and since when.</summary>
public interface IDestinationHealth
{
    /// <summary>They refuse notifications: somebody has to change their settings or permissions.</summary>
    IReadOnlyDictionary<string, DateTimeOffset> Refusing { get; }

    /// <summary>They have accepted nothing in attempts over five minutes or more.</summary>
    IReadOnlyDictionary<string, DateTimeOffset> Failing { get; }

    /// <summary>
    /// Those of both that still have to accept something: its debtors are asked. What was accepted and is only repeated, so that the
    /// destination does not forget it, does not count.
    /// </summary>
    Task<IReadOnlyDictionary<string, DateTimeOffset>> Owed();

    /// <summary>When they last accepted something since this silo's start; accepted is not read.</summary>
    IReadOnlyDictionary<string, DateTimeOffset> LastAccepted { get; }
}
