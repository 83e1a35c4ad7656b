using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Settings;
using IoTOrleans.Notifications.Text;
using IoTOrleans.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IoTOrleans.Notifications.Tests;

/// <summary>A destination as its settings make it: <c>Notifications:Destinations:x:…</c>.</summary>
internal sealed class Configured : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Configured(ServiceProvider services) => _services = services;

    public INotificationDestination Destination => _services.GetRequiredService<INotificationDestination>();

    /// <param name="settings">Of the destination; with <c>Notifications:</c> in front, of all.</param>
    public static Configured As(
        string type, TimeProvider? time = null, NotificationText? text = null, params (string Setting, string Value)[] settings) =>
        new(Services(Read([("Type", type), .. settings]), time, text));

    /// <summary>The only destination that all these settings make.</summary>
    public static Configured Of(TimeProvider? time, params (string Setting, string Value)[] settings) =>
        new(Services(ReadAll(settings), time));

    public static ServiceProvider Services(ReadSettings read, TimeProvider? time = null, NotificationText? text = null)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(time ?? TimeProvider.System).AddSingleton(text ?? Sample.English);
        foreach (var destination in read.Destinations) destination.AddTo(services);
        return services.BuildServiceProvider();
    }

    public static ReadSettings Read(params (string Setting, string Value)[] settings) => ReadAll(
    [
        .. settings.Select(pair => pair.Setting.StartsWith("Notifications:", StringComparison.Ordinal)
            ? pair : ($"Notifications:Destinations:x:{pair.Setting}", pair.Value)),
    ]);

    /// <exception cref="StartupException">One line a mistake.</exception>
    public static ReadSettings ReadAll(params (string Setting, string Value)[] settings)
    {
        var reader = new SettingsReader(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(pair => pair.Setting, pair => (string?)pair.Value)).Build());
        var destinations = ReadDestinations.From(reader);
        return reader.Mistakes.Count == 0
            ? new(destinations, [.. reader.Unread("Notifications")])
            : throw new StartupException(string.Join(Environment.NewLine, reader.Mistakes.Distinct()));
    }

    public Task<DeliveryAnswer> Send(Notification notification) => Destination.Send(notification, TestContext.Current.CancellationToken);

    public Task<DeliveryAnswer> Send(FleetNotification notification) =>
        Destination.Send(notification, TestContext.Current.CancellationToken);

    public Task<DeliveryAnswer> Send(FleetSummary summary) => Destination.Send(summary, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

internal sealed record ReadSettings(IReadOnlyList<DestinationSettings> Destinations, IReadOnlyList<string> Unknown);
