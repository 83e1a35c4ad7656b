using System.Diagnostics.Metrics;
using System.Reflection;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Timers;

namespace IoTOrleans.Grains.Tests.World.Runtime;

/// <summary>One process: the product's services, composed as the product composes them, and its activations.</summary>
internal sealed class SimulatedSilo
{
    private static readonly Func<BackgroundService, CancellationToken, Task> Execute = typeof(BackgroundService)
        .GetMethod("ExecuteAsync",
            BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<BackgroundService, CancellationToken, Task>>();

    public SimulatedSilo(SimulatedCluster cluster, string name, Action<SimulatedSilo, IServiceCollection> world)
    {
        (Cluster, Name, Stage) = (cluster, name, Stage.On(cluster.World.Time));
        var reminders = new SiloReminders(this);
        var services = new ServiceCollection();
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton<IMeterFactory, Meters>();
        services.AddSingleton(Stage.Time);
        services.AddKeyedSingleton(TimeProviderNames.Grains, Stage.Time);
        services.AddSingleton<IReminderRegistry>(reminders);
        services.AddSingleton<ITimerRegistry>(reminders);
        services.AddSingleton<IGrainRuntime, SiloRuntime>();
        services.AddSingleton<IGrainFactory>(new SiloGrains(this));
        services.AddPresence();
        world(this, services);
        Services = services.BuildServiceProvider();
        Runtime = Services.GetRequiredService<IGrainRuntime>();
        foreach (var worker in Services.GetServices<IHostedService>().OfType<BackgroundService>().Where(worker => worker is not (MuteCopier or FleetReporter)))
            Stage.Do(() => _ = Execute(worker, CancellationToken.None));

        // Nothing is muted in these worlds, and that is known from the start.
        Services.GetRequiredService<MuteBook>().Copy(new MuteList());
    }

    public SimulatedCluster Cluster { get; }

    public IWorld World => Cluster.World;

    public string Name { get; }

    public Stage Stage { get; }

    public ServiceProvider Services { get; }

    public IGrainRuntime Runtime { get; }

    public Dictionary<string, Activation> Activations { get; } = [];

    /// <summary>Calls that somebody waits for: broken when the cluster finds out that this silo is gone.</summary>
    public HashSet<Action<Exception?>> Outstanding { get; } = [];

    /// <summary>The others take it for a member, rightly or not.</summary>
    public bool IsMember { get; set; } = true;

    private sealed class Meters : IMeterFactory
    {
        private static readonly Meter Shared = new("simulated");

        public Meter Create(MeterOptions options) => Shared;

        public void Dispose()
        {
        }
    }
}
