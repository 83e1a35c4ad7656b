namespace IoTOrleans.Events.Machine;

/// <summary>What a file that a setting names holds.</summary>
internal sealed record PemFile(string Setting, string Path, string Text)
{
    /// <returns>Null: it cannot be read, which is one more mistake.</returns>
    public static PemFile? Read(string setting, string path, List<string> mistakes)
    {
        try
        {
            return new(setting, path, File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            mistakes.Add($"{setting}={path} cannot be read ({exception.Message.TrimEnd('.')}): name a PEM file that this user may read.");
            return null;
        }
    }

    /// <summary>Without the text, which may be a secret.</summary>
    public override string ToString() => $"{Setting}={Path}";

    internal static string Why(Exception exception) => exception.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
