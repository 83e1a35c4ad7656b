using IoTOrleans.Contracts;
using IoTOrleans.Events;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Mqtt;
using IoTOrleans.Testing.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerHostTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_a_host_it_starts_after_the_silo_and_delivers_its_last_events_before_the_silo_stops()
    {
        var sink = new CountingSink();
        using var host = Build(sink);
        await host.StartAsync(Cancelled);
        host.Services.GetRequiredService<IBrokerClock>().Current!.Number.ShouldBe(1);
        sink.Grains = host.Services.GetRequiredService<IGrainFactory>();
        sink.Stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

        var port = host.Services.GetRequiredService<MqttBroker>().EndPoint!.Port;
        using var stays = await RawClient.To(port);
        await stays.Send(RawClient.Connect("stays"));
        await stays.Read(4);
        using var goes = await RawClient.To(port);
        await goes.Send(RawClient.Connect("goes"));
        await goes.Read(4);
        await goes.Send(0xE0, 0);
        await goes.ReadToEnd();

        await host.StopAsync(Cancelled);

        sink.Delivered.Order().ShouldBe(["goes False", "goes True", "stays True"]);
    }

    private static IHost Build(CountingSink sink)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(FreePort.Next(), FreePort.Next())
            .AddMemoryGrainStorageAsDefault());
        builder.Services.AddMqttBroker(options => options.Port = 0);
        builder.Services.AddSingleton<IConnectionChangeSink>(sink);
        builder.Services.AddSingleton<IThingCatalogue, NoThings>();
        return builder.Build();
    }

    /// <summary>Nothing is taken until the host is stopping, and then only with the help of a grain.</summary>
    private sealed class CountingSink : IConnectionChangeSink
    {
        internal IGrainFactory? Grains { get; set; }

        internal CancellationToken Stopping { get; set; }

        internal List<string> Delivered { get; } = [];

        public async Task<PresenceReason> Report(string thingName, ConnectionChange change)
        {
            var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registered = Stopping.Register(() => stopping.TrySetResult());
            await stopping.Task;

            // Any grain that stores will do.
            await Grains!.GetGrain<IBrokerGrain>(1).Started();
            lock (Delivered) Delivered.Add($"{thingName} {change.Connected}");
            return PresenceReason.None;
        }

        public Task<int> Report(string thingName, IReadOnlyList<ConnectFailure> failures) =>
            throw new NotSupportedException("A broker has no connect failures.");
    }

    private sealed class NoThings : IThingCatalogue
    {
        public Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken) =>
            Task.FromResult(new CataloguePage([], null));
    }
}
