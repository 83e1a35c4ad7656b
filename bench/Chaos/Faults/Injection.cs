namespace IoTOrleans.Chaos.Faults;

/// <summary>A fault as it truly came.</summary>
internal sealed class Injection(PlannedFault fault, DateTimeOffset began)
{
    public PlannedFault Fault => fault;

    public DateTimeOffset Began => began;

    /// <summary>From here on nothing is troubled by it any more; null: it is under way.</summary>
    public DateTimeOffset? Ended { get; set; }

    /// <summary>From here on all silos that it took are back; for lines the same as <see cref="Ended"/>.</summary>
    public DateTimeOffset? Healed { get; set; }
}
