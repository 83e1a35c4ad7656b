using IoTOrleans.Silo.Hosting.Settings;
using Microsoft.Extensions.Configuration;

namespace IoTOrleans.Silo.Tests.Hosting;

internal static class Configured
{
    public static SiloSettings ReadAll(params (string Setting, string Value)[] settings) => ReadSettings.From(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(pair => pair.Setting, pair => (string?)pair.Value)).Build());
}
