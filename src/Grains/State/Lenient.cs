using System.Text.Json;

namespace IoTOrleans.Grains.State;

/// <summary>
/// A stored state, or why it cannot be read. To the storage provider it is read in any case, with the ETag that a later write needs. So
/// damage is never mistaken for storage that does not answer, or the other way round.
/// </summary>
internal sealed class Lenient<T> : ILenient
    where T : class, new()
{
    /// <summary>Empty if it cannot be read.</summary>
    public T State { get; init; } = new();

    /// <summary>Null: it was read.</summary>
    public string? Unreadable { get; private init; }

    public static Lenient<T> Of(BinaryData stored)
    {
        try
        {
            return new() { State = JsonSerializer.Deserialize<T>(stored.ToMemory().Span, DeviceStateJson.Options) ?? new() };
        }
        catch (Exception cause)
        {
            // All bytes are here: whatever goes wrong is their fault. Not only JsonException: a time may be out of range.
            return new() { Unreadable = cause.Message.ReplaceLineEndings(" ") };
        }
    }

    ILenient ILenient.Read(BinaryData stored) => Of(stored);

    BinaryData ILenient.Write() => BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(State, DeviceStateJson.Options));
}

/// <summary>For <see cref="StateSerializer"/>.</summary>
internal interface ILenient
{
    ILenient Read(BinaryData stored);

    BinaryData Write();
}
