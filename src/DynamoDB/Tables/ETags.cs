using System.Buffers.Text;

namespace IoTOrleans.DynamoDB.Tables;

internal static class ETags
{
    /// <summary>Attribute of every item in our tables.</summary>
    public const string Attribute = "etag";

    /// <summary>
    /// 22 characters, for each logical write, made before its first attempt: found in the table afterwards, it proves that the write
    /// was done. Random, not counted: a counter would begin anew after a clear, and an ETag from before it could fit again.
    /// </summary>
    public static string New() => Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());
}
