using Orleans.Storage;

namespace IoTOrleans.Conformance;

/// <summary>Stores byte arrays as they are.</summary>
public sealed class RawSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new((byte[])(object)input!);

    public T? Deserialize<T>(BinaryData input) => (T)(object)input.ToArray();
}
