namespace IoTOrleans.Grains.Tests.World.Runtime;

/// <summary>Where the product touches the world: between any two of these a silo may die, and each may fail in several ways.</summary>
internal enum EffectKind
{
    Read, Write, Register, Unregister, Find, Ask, Send,
}

/// <param name="To">The thing, or the destination.</param>
internal readonly record struct Effect(EffectKind Kind, string To);

/// <summary>What the simulated silos stand on.</summary>
internal interface IWorld
{
    VirtualTime Time { get; }

    Cluster.TestStorage Storage { get; }

    Cluster.TestReminders Reminders { get; }

    /// <summary>An activation that has been idle for so long leaves memory.</summary>
    TimeSpan CollectionAge { get; }

    /// <summary>Lets the reminders tick whose time has come.</summary>
    void Remind();

    /// <summary>Does it, with whatever goes wrong at this very moment.</summary>
    Task<T> Do<T>(SimulatedSilo silo, Effect effect, Func<T> what, CancellationToken patience = default);
}
