using Microsoft.Extensions.Configuration.Memory;

namespace IoTOrleans.Silo.Hosting.Reloading;

/// <summary>The sources of all settings, lowest first. Those that are no file are as they were at the start.</summary>
internal sealed class Layers
{
    private readonly List<(SettingsFile? File, IReadOnlyDictionary<string, string?> Content)> _layers;

    public Layers(IConfigurationRoot root)
    {
        _layers = [.. root.Providers.Select(provider => provider is SettingsFile file ? (file, file.Content) : (null, Flat(provider)))];
        Files = [.. root.Providers.OfType<SettingsFile>().Where(file => file.FullPath is not null)];
    }

    /// <summary>Those that were there at the start.</summary>
    public IReadOnlyList<SettingsFile> Files { get; }

    /// <summary>The settings with this content of the files.</summary>
    public IConfigurationRoot With(IReadOnlyDictionary<SettingsFile, IReadOnlyDictionary<string, string?>> contents)
    {
        var builder = new ConfigurationBuilder();
        foreach (var (file, content) in _layers)
            builder.Add(new MemoryConfigurationSource { InitialData = file is null ? content : contents.GetValueOrDefault(file, content) });
        return builder.Build();
    }

    private static Dictionary<string, string?> Flat(IConfigurationProvider provider)
    {
        var content = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Walk(null);
        return content;

        void Walk(string? parent)
        {
            foreach (var child in provider.GetChildKeys([], parent).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                var key = parent is null ? child : ConfigurationPath.Combine(parent, child);
                if (provider.TryGet(key, out var value)) content[key] = value;
                Walk(key);
            }
        }
    }
}
