using IoTOrleans.Silo.Hosting.Starting;
using IoTOrleans.Silo.Hosting.Tls;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;

namespace IoTOrleans.Silo.Hosting.Composition;

/// <summary>
/// The address that this silo advertises to others, and the ports on which Orleans accepts silos and its own clients: with mutual TLS, or
/// without a key.
/// </summary>
internal static class SiloEndpoints
{
    /// <summary>A silo that is alone needs no address that others can reach. For others, Orleans finds it if it is not set.</summary>
    public static void UseEndpoints(this ISiloBuilder silo, SiloSettings settings)
    {
        var orleans = settings.Orleans;
        var isAlone = settings.Storage != StorageProvider.DynamoDB;
        var advertised = orleans.AdvertisedAddress is { } address ? IPAddress.Parse(address) : isAlone ? IPAddress.Loopback : null;
        silo.Configure<EndpointOptions>(options =>
        {
            if (advertised is not null) options.AdvertisedIPAddress = advertised;
            (options.SiloPort, options.GatewayPort) = (orleans.SiloPort, orleans.GatewayPort);
        });
        if (isAlone) silo.UseDevelopmentClustering(new IPEndPoint(advertised!, orleans.SiloPort)).ListenNowhere();
        else silo.ShareNoPorts();
        if (orleans.Tls is { } tls) silo.UseMutualTls(tls);
    }

    /// <summary>Orleans has no such mode; what a silo sends to itself needs no network.</summary>
    private static void ListenNowhere(this ISiloBuilder silo) => Replace(silo.Services, (_, _) => new NoListeners());

    /// <summary>
    /// Orleans shares its ports (SO_REUSEPORT), so that a second silo on the same port would start, and the others would take it for a
    /// newer start of the first one, which would then have to end.
    /// </summary>
    private static void ShareNoPorts(this ISiloBuilder silo) =>
        Replace(silo.Services, (services, inner) => new OwnListeners(inner(), services.GetRequiredService<IOptions<EndpointOptions>>()));

    private static void Replace(
        IServiceCollection services, Func<IServiceProvider, Func<IConnectionListenerFactory>, IConnectionListenerFactory> make)
    {
        // Under keys that only Orleans has: one for silos, one for clients.
        var theirs = services.Where(service => service.IsKeyedService && service.ServiceType == typeof(IConnectionListenerFactory))
            .ToList();
        if (theirs.Count != 2) throw new InvalidOperationException($"Orleans has {theirs.Count} listener factories instead of 2.");
        foreach (var factory in theirs)
        {
            services.Remove(factory);
            services.AddKeyedSingleton(factory.ServiceKey, (provider, key) =>
                make(provider, () => (IConnectionListenerFactory)factory.KeyedImplementationFactory!(provider, key)));
        }
    }

    private sealed class OwnListeners(IConnectionListenerFactory inner, IOptions<EndpointOptions> endpoints) : IConnectionListenerFactory
    {
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            var ip = (IPEndPoint)endpoint;
            var port = ip.Port == endpoints.Value.SiloPort ? OwnPorts.Silo(ip) : OwnPorts.Gateway(ip);
            return port.Trouble() is { } trouble ? throw new StartupException(trouble) : inner.BindAsync(endpoint, cancellationToken);
        }
    }

    private sealed class NoListeners : IConnectionListenerFactory
    {
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            new(new IdleListener(endpoint));
    }

    private sealed class IdleListener(EndPoint endPoint) : IConnectionListener
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
