using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Silo.Hosting.Settings.Destinations;
using IoTOrleans.Silo.Notifications.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace IoTOrleans.Silo.Tests.Notifications;

/// <summary>A destination as its settings make it: <c>Notifications:Destinations:x:…</c>.</summary>
internal sealed class Configured : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private Configured(ServiceProvider services) => this.services = services;

    public INotificationDestination Destination => services.GetRequiredService<INotificationDestination>();

    public static Configured As(string type, TimeProvider? time = null, NotificationText? text = null, params (string Setting, string Value)[] settings)
    {
        var services = new ServiceCollection().AddSingleton(time ?? TimeProvider.System).AddSingleton(text ?? Sample.English);
        foreach (var destination in Read([("Type", type), .. settings]).Destinations) destination.AddTo(services);
        return new Configured(services.BuildServiceProvider());
    }

    public static SiloSettings Read(params (string Setting, string Value)[] settings) =>
        ReadAll([.. settings.Select(pair => (pair.Setting.StartsWith("Notifications:", StringComparison.Ordinal) ? pair.Setting : $"Notifications:Destinations:x:{pair.Setting}", pair.Value))]);

    public static SiloSettings ReadAll(params (string Setting, string Value)[] settings) => ReadSettings.From(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(pair => pair.Setting, pair => (string?)pair.Value)).Build());

    public Task<DeliveryAnswer> Send(Notification notification) => Destination.Send(notification, TestContext.Current.CancellationToken);

    public Task<DeliveryAnswer> Send(FleetNotification notification) => Destination.Send(notification, TestContext.Current.CancellationToken);

    public Task<DeliveryAnswer> Send(FleetSummary summary) => Destination.Send(summary, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
