using Microsoft.Extensions.Configuration.Json;

namespace IoTOrleans.Silo.Hosting.Reloading;

/// <summary>
/// A file of settings whose content is only replaced once it was checked. Configuration's own reload would publish a wrong file as it is,
/// and a broken one as an empty one.
/// </summary>
internal sealed class SettingsFileSource : JsonConfigurationSource
{
    public static SettingsFileSource Of(JsonConfigurationSource source) =>
        new() { Path = source.Path!, FileProvider = source.FileProvider, Optional = source.Optional };

    public static SettingsFileSource Of(string path)
    {
        var source = new SettingsFileSource { Path = path, Optional = true };
        source.ResolveFileProvider();
        return source;
    }

    public override IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        EnsureDefaults(builder);
        return new SettingsFile(this);
    }
}

internal sealed class SettingsFile(SettingsFileSource source) : JsonConfigurationProvider(source)
{
    /// <summary>Null: there is no such file.</summary>
    public string? FullPath => Source.FileProvider?.GetFileInfo(Source.Path!) is { Exists: true, PhysicalPath: { } path } ? path : null;

    public IReadOnlyDictionary<string, string?> Content => Data.AsReadOnly();

    /// <exception cref="InvalidDataException">It is no JSON.</exception>
    /// <exception cref="IOException">It cannot be read, or is not there any more.</exception>
    public IReadOnlyDictionary<string, string?> ReadAgain()
    {
        var read = new SettingsFile(SettingsFileSource.Of(source));
        read.Source.Optional = false;
        read.Load();
        return read.Content;
    }

    public void Replace(IReadOnlyDictionary<string, string?> content)
    {
        Data = new Dictionary<string, string?>(content, StringComparer.OrdinalIgnoreCase);
        OnReload();
    }
}
