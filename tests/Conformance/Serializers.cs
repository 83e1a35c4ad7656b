using Json = System.Text.Json.JsonSerializer;

namespace IoTOrleans.Conformance;

public sealed class JsonSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new(Json.SerializeToUtf8Bytes(input));

    public T? Deserialize<T>(BinaryData input) => Json.Deserialize<T>(input);
}

/// <summary>Stores byte arrays as they are.</summary>
public sealed class RawSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new((byte[])(object)input!);

    public T? Deserialize<T>(BinaryData input) => (T)(object)input.ToArray();
}
