using System.Net;
using IoTOrleans.Silo.Hosting.Starting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace IoTOrleans.Silo.Hosting.Composition;

/// <summary>The ports by which Orleans lets other silos and its own clients in, without asking for a key.</summary>
internal static class SiloDoors
{
    /// <summary>
    /// For a silo that is alone: nothing listens at all. Orleans itself knows no such silo; what it sends to itself needs no network.
    /// </summary>
    public static void KeepDoorsShut(this ISiloBuilder silo) => Replace(silo.Services, (_, _) => new ShutDoors());

    /// <summary>
    /// For one of several: nobody else may listen there. Orleans shares its ports (SO_REUSEPORT), so that a second silo would start well,
    /// and the others would take it for a newer self of the first one, which has to die then.
    /// </summary>
    public static void ShareNoDoors(this ISiloBuilder silo) =>
        Replace(silo.Services, (services, inner) => new OwnDoors(inner(), services.GetRequiredService<IOptions<EndpointOptions>>()));

    private static void Replace(
        IServiceCollection services, Func<IServiceProvider, Func<IConnectionListenerFactory>, IConnectionListenerFactory> make)
    {
        // Under keys that only Orleans has: one for silos, one for clients.
        var theirs = services.Where(service => service.IsKeyedService && service.ServiceType == typeof(IConnectionListenerFactory))
            .ToList();
        if (theirs.Count != 2) throw new InvalidOperationException($"Orleans opens {theirs.Count} doors instead of 2.");
        foreach (var factory in theirs)
        {
            services.Remove(factory);
            services.AddKeyedSingleton(factory.ServiceKey, (provider, key) =>
                make(provider, () => (IConnectionListenerFactory)factory.KeyedImplementationFactory!(provider, key)));
        }
    }

    private sealed class OwnDoors(IConnectionListenerFactory inner, IOptions<EndpointOptions> endpoints) : IConnectionListenerFactory
    {
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            var ip = (IPEndPoint)endpoint;
            var door = ip.Port == endpoints.Value.SiloPort ? OwnPorts.Silo(ip) : OwnPorts.Gateway(ip);
            return door.Trouble() is { } trouble ? throw new StartupException(trouble) : inner.BindAsync(endpoint, cancellationToken);
        }
    }

    private sealed class ShutDoors : IConnectionListenerFactory
    {
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            new(new ShutDoor(endpoint));
    }

    private sealed class ShutDoor(EndPoint endPoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endPoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            new(_closed.Task.WaitAsync(cancellationToken));

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _closed.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
