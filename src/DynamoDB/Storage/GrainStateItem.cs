using System.Text;
using System.Text.Unicode;
using Amazon.DynamoDBv2.Model;

namespace IoTOrleans.DynamoDB.Storage;

/// <summary>
/// Hashed by service and grain, so that load spreads over all partitions whatever the types; sorted by provider and state, so that
/// one query shows all that is stored of a grain. Service id and provider name are free of <c>#</c> (see the validators), the rest
/// may hold anything: no two keys meet.
/// </summary>
internal readonly record struct GrainStateKey(string Service, string Provider, string State, GrainId Grain)
{
    public Item ToItem() => TableSchema.GrainState.Key($"{Service}#{Grain}", $"{Provider}#{State}");

    public override string ToString() => $"'{State}' of {Grain}";
}

/// <summary>
/// A state as an item. What is UTF-8 (JSON, XML) is stored as a string, to be read in the console. Not as a map: DynamoDB adds a
/// byte or more for every element of one, and each begun kilobyte of an item is a write unit.
/// </summary>
internal static class GrainStateItem
{
    private const string Data = "data";

    public static Item From(GrainStateKey key, string etag, BinaryData data)
    {
        var item = key.ToItem();
        item[ETags.Attribute] = new(etag);

        // An empty value is left out: older emulators refuse it.
        if (data.ToMemory().Length > 0) item[Data] = ToValue(data);
        return item;
    }

    public static BinaryData DataOf(Item item) => item.GetValueOrDefault(Data) switch
    {
        { S: { } text } => new(Encoding.UTF8.GetBytes(text)),
        { B: { } bytes } => new(bytes.ToArray()),
        _ => BinaryData.Empty,
    };

    private static AttributeValue ToValue(BinaryData data) =>
        Utf8.IsValid(data.ToMemory().Span) ? new(data.ToString()) : new() { B = new MemoryStream(data.ToArray(), writable: false) };
}
