using System.Text.Encodings.Web;

namespace IoTOrleans.Silo.Hosting.Lan;

/// <summary>
/// <c>credentials.json</c> beside the database, for its owner alone. No symbolic link is followed: somebody else may have planted it.
/// </summary>
internal sealed class CredentialsFile(string path)
{
    public const string Name = "credentials.json";

    private const string Renew = "delete it to have new ones made at the next start with --lan";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public static CredentialsFile Beside(string database) =>
        new(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(database)) ?? "", Name));

    /// <summary>The key in the file, for a client on this machine; null: there is no file.</summary>
    /// <exception cref="StartupException">The file cannot be used.</exception>
    public string? Key() => Load(warn: null)?[LanCredentials.ApiKey];

    /// <summary>Reads the file, and takes it from others who may read it.</summary>
    /// <param name="warn">Takes a line about others who may have read the file.</param>
    /// <returns>Null: there is no file.</returns>
    /// <exception cref="StartupException">The file cannot be used.</exception>
    public IReadOnlyDictionary<string, string>? Read(Action<string> warn) => Load(warn);

    /// <summary>Writes a new file in one step. One that another start has made meanwhile is not replaced.</summary>
    /// <exception cref="StartupException">It cannot be written.</exception>
    public void Write(IReadOnlyDictionary<string, string> credentials)
    {
        try
        {
            PrivateFile.Write(Path, Fill, overwrite: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{Path} cannot be written ({exception.Message.TrimEnd('.')}): give this user write access to its "
                + "folder, or set Auth:ApiKey, Events:Mqtt:Listen:Username and Events:Mqtt:Listen:Password yourself.", exception);
        }

        void Fill(FileStream stream)
        {
            if (PrivateFile.ModeForOthers(stream.SafeFileHandle) is not null) throw OpenToOthers();
            JsonSerializer.Serialize(stream, credentials, Json);
            stream.WriteByte((byte)'\n');
        }
    }

    private Dictionary<string, string>? Load(Action<string>? warn)
    {
        try
        {
            PrivateFile.RefuseLink(Path);
            if (Directory.Exists(Path)) throw new StartupException($"{Path} is a folder: remove it.");
            using var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (warn is not null && PrivateFile.ModeForOthers(stream.SafeFileHandle) is { } mode)
            {
                PrivateFile.TakeFromOthers(stream.SafeFileHandle);
                if (PrivateFile.ModeForOthers(stream.SafeFileHandle) is not null) throw OpenToOthers();
                warn($"{Path} could be read by other users (mode {PrivateFile.Octal(mode)}), and is 0600 now. If somebody may have "
                    + $"read it, {Renew}.");
            }

            var credentials = JsonSerializer.Deserialize<Dictionary<string, string?>>(stream, Json) ?? [];
            if (LanCredentials.Mistake(credentials) is { } mistake) throw Unusable(mistake);
            return LanCredentials.Names.ToDictionary(name => name, name => credentials[name]!.Trim());
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException exception)
        {
            // The message would repeat a part of the file.
            throw Unusable($"it is no JSON object of texts (line {exception.LineNumber + 1})");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{Path} cannot be used ({exception.Message.TrimEnd('.')}): give it to this user, or {Renew}.");
        }
    }

    private StartupException OpenToOthers() => new(
        $"{Path} cannot be kept from other users, because its file system knows no access rights: set Storage:Sqlite:Path to a folder "
        + "on a disk that does.");

    private StartupException Unusable(string mistake) => new($"{Path}: {mistake}: correct it, or {Renew}.");
}
