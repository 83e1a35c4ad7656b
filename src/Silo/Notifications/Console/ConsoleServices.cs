using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Console;

internal static class ConsoleServices
{
    /// <param name="output">null: standard output.</param>
    public static IServiceCollection AddConsoleDestination(
        this IServiceCollection services, TextWriter? output = null, string name = "console", DestinationTerms? terms = null) =>
        services.AddSingleton<INotificationDestination>(provider => new ConsoleDestination(
            name, terms ?? DestinationTerms.Default, output ?? System.Console.Out, provider.GetRequiredService<NotificationText>()));
}
