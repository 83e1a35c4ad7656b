namespace IoTOrleans.DynamoDB.Storage;

/// <summary>
/// Hashed by service and grain, so that load spreads over all partitions whatever the types; sorted by provider and state, so that
/// one query shows all that is stored of a grain. Service id and provider name are free of <c>#</c> (see the validators), the rest
/// may hold anything: no two keys meet.
/// </summary>
internal readonly record struct GrainStateKey(string Service, string Provider, string State, GrainId Grain)
{
    public string Partition => $"{Service}#{Grain}";

    public string Sort => $"{Provider}#{State}";

    public override string ToString() => $"'{State}' of {Grain}";
}
