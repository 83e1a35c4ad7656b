namespace IoTOrleans.Silo.Logging;

/// <summary>For people: the time in UTC, the level, who says it, and what.</summary>
internal sealed class LogLines(TimeProvider time) : LogWriter(FormatterName)
{
    public const string FormatterName = "lines";

    private const string Ours = "IoTOrleans.";

    private static readonly string[] Levels = ["trce", "dbug", "info", "warn", "fail", "crit"];

    protected override void Write(
        LogLevel level, string category, string message, string? exception, IEnumerable<KeyValuePair<string, object?>> arguments,
        TextWriter output)
    {
        output.Write(time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        output.Write($" {Levels[Math.Min((int)level, Levels.Length - 1)]}: {Short(category)} {message}");
        if (exception is not null) output.Write($" {exception}");
    }

    /// <summary>The names of our classes say enough; those of others only with their namespace.</summary>
    private static string Short(string category) => category.StartsWith(Ours, StringComparison.Ordinal)
        ? category[(category.LastIndexOf('.') + 1)..] : category;
}
