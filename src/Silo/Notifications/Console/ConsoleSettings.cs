using IoTOrleans.Silo.Hosting.Settings.Destinations;

namespace IoTOrleans.Silo.Notifications.Console;

internal static class ConsoleSettings
{
    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var terms = section.Terms(rate: "0");
        return services => services.AddConsoleDestination(name: section.Name, terms: terms);
    }
}
