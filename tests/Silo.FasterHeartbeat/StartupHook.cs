using System.Diagnostics;
using System.Globalization;
using IoTOrleans.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

#pragma warning disable CA1050 // .NET looks for this name: DOTNET_STARTUP_HOOKS runs it in the service's process before its Main.
/// <summary>Replaces a service in the program that a test starts: its heartbeat beats faster. No setting can do that.</summary>
internal static class StartupHook
{
    private const string Every = "HEARTBEAT_EVERY_FOR_TESTS";

    /// <summary>For the environment of the process.</summary>
    public static (string Setting, string Value)[] HeartbeatEvery(TimeSpan every) =>
    [
        ("DOTNET_STARTUP_HOOKS", typeof(StartupHook).Assembly.Location), (Every, every.ToString("c", CultureInfo.InvariantCulture)),
    ];

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Every) is { } every)
            DiagnosticListener.AllListeners.Subscribe(new Builders(TimeSpan.Parse(every, CultureInfo.InvariantCulture)));
    }

    /// <summary>.NET tells here of each host that is about to be built.</summary>
    private sealed class Builders(TimeSpan every) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting") value.Subscribe(this);
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value is { Key: "HostBuilding", Value: IHostBuilder builder }) builder.ConfigureServices(Replace);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        private void Replace(IServiceCollection services)
        {
            var heartbeat = services.LastOrDefault(service => service.ServiceType == typeof(IHeartbeat));
            if (heartbeat?.ImplementationFactory is { } create)
                services.AddSingleton<IHeartbeat>(provider => new Faster((IHeartbeat)create(provider), every));
        }
    }

    private sealed class Faster(IHeartbeat heartbeat, TimeSpan every) : IHeartbeat
    {
        public HeartbeatTerms Terms => heartbeat.Terms with { Every = every };

        public Task<DeliveryAnswer> Ping(CancellationToken cancellationToken) => heartbeat.Ping(cancellationToken);

        public Task<DeliveryAnswer> Fail(string reason, CancellationToken cancellationToken) => heartbeat.Fail(reason, cancellationToken);
    }
}
