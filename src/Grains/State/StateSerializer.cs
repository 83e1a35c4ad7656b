using System.Text.Json;
using Orleans.Storage;

namespace IoTOrleans.Grains.State;

/// <summary>Uses <see cref="DeviceStateJson"/>. Orleans' own System.Text.Json serializer does not let its options be replaced.</summary>
public sealed class StateSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => input is ILenient lenient
        ? lenient.Write()
        : BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(input, DeviceStateJson.Options));

    public T? Deserialize<T>(BinaryData input) => typeof(T).IsAssignableTo(typeof(ILenient))
        ? (T)((ILenient)Activator.CreateInstance<T>()!).Read(input)
        : JsonSerializer.Deserialize<T>(input.ToMemory().Span, DeviceStateJson.Options);
}
