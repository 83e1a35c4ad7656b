using System.Globalization;

namespace IoTOrleans.DynamoDB.Tables;

/// <summary>Times as text in .NET's exact form (O). Orleans passes UTC; a time without a kind is taken for UTC.</summary>
internal static class StoredTime
{
    public static string Write(DateTime time) =>
        (time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time.ToUniversalTime())
        .ToString("O", CultureInfo.InvariantCulture);

    public static DateTime Read(string text) => DateTime.ParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
