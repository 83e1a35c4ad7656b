using System.Text;
using System.Text.Unicode;

namespace IoTOrleans.DynamoDB.Storage;

/// <summary>
/// Hashed by service and grain, so that the load spreads over all partitions; sorted by provider and state, so that one query shows
/// everything that is stored of a grain. Service id and provider name contain no <c>#</c> (see the validator), so all keys differ.
/// </summary>
internal readonly record struct GrainStateKey(string Service, string Provider, string State, GrainId Grain)
{
    public Item ToItem() => TableSchema.GrainState.Key($"{Service}#{Grain}", $"{Provider}#{State}");

    public override string ToString() => $"'{State}' of {Grain}";
}

/// <summary>
/// A state as an item. UTF-8 (JSON, XML) is stored as a string, readable in the console. Not as a map: DynamoDB adds a byte or more for
/// each of its elements, and each started kilobyte of an item is a write unit.
/// </summary>
internal static class GrainStateItem
{
    private const string Data = "data";

    public static Item From(GrainStateKey key, string etag, BinaryData data)
    {
        var item = key.ToItem();
        item[ETags.Attribute] = new(etag);

        // Older emulators refuse an empty value.
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
