using System.Text.Encodings.Web;

namespace IoTOrleans.Silo.Hosting.Lan;

/// <summary>
/// <c>credentials.json</c> beside the database, for its owner alone. No symbolic link is followed: somebody else may have planted it.
/// </summary>
internal sealed class CredentialsFile(string path)
{
    public const string Name = "credentials.json";

    private const string Renew = "delete it to have new ones made at the next start with --lan";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

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
        var draft = $"{Path}.{Guid.NewGuid():N}";
        try
        {
            MakeFolder();
            using (var stream = new FileStream(draft, Draft()))
            {
                if (TakeFromOthers(stream) is not null && IsOpenToOthers(stream)) throw OpenToOthers();
                JsonSerializer.Serialize(stream, credentials, Json);
                stream.WriteByte((byte)'\n');
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, Path, overwrite: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{Path} cannot be written ({exception.Message.TrimEnd('.')}): give this user write access to its "
                + "folder, or set Auth:ApiKey, Events:Mqtt:Listen:Username and Events:Mqtt:Listen:Password yourself.", exception);
        }
        finally
        {
            if (File.Exists(draft)) File.Delete(draft);
        }
    }

    private Dictionary<string, string>? Load(Action<string>? warn)
    {
        try
        {
            // A link is replaced by whoever may write to the folder, so it says nothing about what it leads to.
            if (new FileInfo(Path).LinkTarget is not null)
                throw new StartupException($"{Path} is a symbolic link, which may be planted, and is not followed: remove it.");
            if (Directory.Exists(Path)) throw new StartupException($"{Path} is a folder: remove it.");
            using var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (warn is not null && TakeFromOthers(stream) is { } mode)
            {
                if (IsOpenToOthers(stream)) throw OpenToOthers();
                warn($"{Path} could be read by other users (mode {Convert.ToString((int)mode, 8)}), and is 0600 now. If somebody may have "
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

    private void MakeFolder()
    {
        var folder = System.IO.Path.GetDirectoryName(Path)!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
    }

    private static FileStreamOptions Draft()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Owner;
        return options;
    }

    /// <returns>The mode that the file had; null: nobody else could read it.</returns>
    private static UnixFileMode? TakeFromOthers(FileStream stream)
    {
        if (OperatingSystem.IsWindows() || !IsOpenToOthers(stream)) return null;
        var mode = File.GetUnixFileMode(stream.SafeFileHandle);
        File.SetUnixFileMode(stream.SafeFileHandle, Owner);
        return mode;
    }

    private static bool IsOpenToOthers(FileStream stream) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & Others) != 0;

    private StartupException OpenToOthers() => new(
        $"{Path} cannot be kept from other users, because its file system knows no access rights: set Storage:Sqlite:Path to a folder "
        + "on a disk that does.");

    private StartupException Unusable(string mistake) => new($"{Path}: {mistake}: correct it, or {Renew}.");
}
