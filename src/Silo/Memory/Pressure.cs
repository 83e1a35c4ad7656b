namespace IoTOrleans.Silo.Memory;

/// <summary>
/// How full the memory is that this process may use, by what is done about it. The table is <see cref="MemoryGauge.Table"/>.
/// </summary>
internal enum Pressure
{
    None,

    /// <summary>Things that nobody has asked for a while leave memory sooner than by themselves.</summary>
    Light,

    Heavy,

    /// <summary>All things leave memory that nobody is asking this very moment.</summary>
    Severe,

    /// <summary>… and nothing new comes in, until there is room again.</summary>
    Full,
}
