using Orleans.Storage;
using Json = System.Text.Json.JsonSerializer;

namespace IoTOrleans.Conformance;

public sealed class JsonSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new(Json.SerializeToUtf8Bytes(input));

    public T? Deserialize<T>(BinaryData input) => Json.Deserialize<T>(input);
}
