namespace IoTOrleans.Notifications.Console;

internal static class ConsoleSettings
{
    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var terms = section.Terms(rate: "0");
        return services => services.AddDestination(section.Name, terms, _ => new ConsoleDestination(System.Console.Out));
    }
}
