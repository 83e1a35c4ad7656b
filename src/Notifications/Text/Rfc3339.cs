namespace IoTOrleans.Notifications.Text;

public static class Rfc3339
{
    /// <summary>In UTC with <c>Z</c>, fractions only where there are any.</summary>
    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
