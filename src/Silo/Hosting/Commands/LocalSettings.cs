using IoTOrleans.Silo.Hosting.Composition;

namespace IoTOrleans.Silo.Hosting.Commands;

/// <summary>The settings that a command finds as the service beside it finds them.</summary>
internal static class LocalSettings
{
    /// <param name="mistake">Takes each line about what is wrong.</param>
    /// <returns>Of no use if something is wrong.</returns>
    public static T? Read<T>(Func<SettingsReader, T> read, Action<string> mistake)
    {
        try
        {
            var reader = new SettingsReader(new ConfigurationBuilder().AddLocalSettings().AddEnvironmentVariables().Build());
            var value = read(reader);
            foreach (var line in reader.Mistakes) mistake(line);
            return value;
        }
        catch (Exception exception) when (Startup.Explain(exception) is { } line)
        {
            mistake(line);
            return default;
        }
    }
}
