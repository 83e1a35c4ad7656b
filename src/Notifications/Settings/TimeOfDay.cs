namespace IoTOrleans.Notifications.Settings;

/// <summary>A time of day in a setting: <c>09:00</c>, or <c>off</c>.</summary>
internal static class TimeOfDay
{
    public const string DailySummary = "Notifications:DailySummary";

    /// <returns>Null: off, or a mistake that is noted.</returns>
    public static TimeOnly? Read(SettingsReader reader, string key, string defaultValue)
    {
        var text = reader.Text(key, defaultValue);
        if (string.Equals(text, "off", StringComparison.OrdinalIgnoreCase)) return null;
        if (TimeOnly.TryParseExact(text, "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return time;
        reader.Mistake($"{key}={text}: say a time of day from 00:00 to 23:59, like 09:00, or off.");
        return null;
    }
}
