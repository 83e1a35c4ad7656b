namespace IoTOrleans.Notifications.Settings;

/// <summary>A secret for a header: from the settings, or from a file, which is read each time and so may be replaced at any time.</summary>
internal sealed class FileSecret(string setting, string? text, string? path, Http.SecretMask secrets)
{
    /// <summary>Null: it is in no file.</summary>
    public string? Path => path;

    /// <returns>Null: there is none.</returns>
    /// <exception cref="StartupException">It cannot be used. The message does not repeat it.</exception>
    public string? Read()
    {
        if (path is null) return Checked(text, setting);
        try
        {
            var read = File.ReadAllText(path).Trim();
            secrets.Add(read);
            return Checked(read.Length > 0 ? read : throw new StartupException($"{setting}File={path} is empty: write the secret into it."),
                $"{setting}File={path}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartupException(
                $"{setting}File={path} cannot be read ({exception.Message.TrimEnd('.')}): let this user read it, or name another file.");
        }
    }

    private static string? Checked(string? secret, string where) => secret?.Any(c => c is < ' ' or > '~') != true ? secret
        : throw new StartupException($"{where} may hold printable ASCII only: copy it again.");
}
