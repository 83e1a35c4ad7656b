namespace IoTOrleans.Sqlite.Storage;

/// <param name="Storage">Name of the provider: several share one file and must not meet.</param>
internal readonly record struct GrainStateKey(string Storage, string State, GrainId Grain)
{
    public override string ToString() => $"'{State}' of {Grain}";
}
