namespace IoTOrleans.Silo.Hosting.Reloading;

/// <summary>What the changed files of settings come to. All of it is right, or none of it is taken.</summary>
/// <param name="Settings">Those in force from now on.</param>
/// <param name="Contents">What of the files is in force.</param>
/// <param name="Changed">The settings that changed and are taken.</param>
/// <param name="NeedsRestart">The settings that changed, and are taken at the next start.</param>
internal sealed record SettingsReload(
    SiloSettings Settings, IReadOnlyDictionary<SettingsFile, IReadOnlyDictionary<string, string?>> Contents,
    IReadOnlyList<string> Changed, IReadOnlyList<string> NeedsRestart)
{
    /// <param name="before">The settings in force.</param>
    /// <exception cref="StartupException">Something is wrong: one line a mistake.</exception>
    public static SettingsReload Read(Layers layers, IConfiguration before)
    {
        var read = layers.Files.ToDictionary(file => file, Content);
        var wanted = layers.With(read);
        var differs = Differing(before, wanted);
        var (changed, later) = (differs.Where(Reloadable.Is).ToList(), differs.Where(key => !Reloadable.Is(key)).ToList());

        // As the next start would read them, and as they are from now on.
        var settings = ReadSettings.From(wanted);
        var contents = read;
        if (later.Count > 0)
        {
            contents = read.ToDictionary(
                pair => pair.Key, IReadOnlyDictionary<string, string?> (pair) => Mixed(pair.Key.Content, pair.Value));
            settings = ReadWithout(later, () => ReadSettings.From(layers.With(contents)));
        }

        return new(settings, contents, changed, later);
    }

    public static string Names(IReadOnlyList<string> keys)
    {
        const int most = 10;
        return string.Join(", ", keys.Take(most)) + (keys.Count > most ? $" and {keys.Count - most} more" : "");
    }

    private static SiloSettings ReadWithout(List<string> later, Func<SiloSettings> read)
    {
        try
        {
            return read();
        }
        catch (StartupException exception)
        {
            throw new StartupException($"{exception.Message} ({Names(later)} changed, too, and that needs a restart.)", exception);
        }
    }

    private static IReadOnlyDictionary<string, string?> Content(SettingsFile file)
    {
        try
        {
            return file.ReadAgain();
        }
        catch (InvalidDataException exception)
        {
            throw new StartupException(Startup.Explain(exception)!, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{exception.Message.TrimEnd('.')}: put it back, and let this user read it.", exception);
        }
    }

    private static Dictionary<string, string?> Mixed(
        IReadOnlyDictionary<string, string?> before, IReadOnlyDictionary<string, string?> after) =>
        before.Where(pair => !Reloadable.Is(pair.Key)).Concat(after.Where(pair => Reloadable.Is(pair.Key)))
            .ToDictionary(StringComparer.OrdinalIgnoreCase);

    private static List<string> Differing(IConfiguration before, IConfiguration after)
    {
        var (old, now) = (ValuesOf(before), ValuesOf(after));
        return [.. old.Keys.Union(now.Keys, StringComparer.OrdinalIgnoreCase)
            .Where(key => old.GetValueOrDefault(key) != now.GetValueOrDefault(key)).Order(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Sections have no value.</summary>
    private static Dictionary<string, string> ValuesOf(IConfiguration configuration) => configuration.AsEnumerable()
        .Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.OrdinalIgnoreCase);
}
