using System.Text.Unicode;

namespace IoTOrleans.Sqlite.Storage;

/// <summary>A serialized state on its way into the file.</summary>
/// <param name="IsText">
/// Stored as TEXT, so that <c>sqlite3 file 'select data from grain_state'</c> shows it: JSON, XML, but nothing with a zero byte.
/// </param>
internal readonly record struct StateData(byte[] Bytes, bool IsText)
{
    public static StateData From(BinaryData data)
    {
        var bytes = data.ToArray();
        return new(bytes, Utf8.IsValid(bytes) && !bytes.AsSpan().Contains((byte)0));
    }
}
