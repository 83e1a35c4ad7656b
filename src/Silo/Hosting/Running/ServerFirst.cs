using IoTOrleans.Silo.Api.Access;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace IoTOrleans.Silo.Hosting.Running;

/// <summary>Starts the HTTP server first and stops it last: <c>/health/live</c> answers while the silo waits for its cluster.</summary>
internal sealed class ServerFirst(IHostedService server, Func<IEnumerable<string>> addresses, AuthSettings auth) : IHostedLifecycleService
{
    /// <summary>ASP.NET Core adds its server last, when the host is built; here it becomes the first service.</summary>
    public static void Arrange(IHostBuilder host) => host.ConfigureContainer<IServiceCollection>((_, services) =>
    {
        var server = services.Last(
            service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Name == "GenericWebHostService");
        services.Remove(server);
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(provider =>
            new ServerFirst(
                (IHostedService)ActivatorUtilities.CreateInstance(provider, server.ImplementationType!),
                () => provider.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [],
                provider.GetRequiredService<AuthSettings>())));
    });

    /// <summary>
    /// Settings of ASP.NET Core's own decide where its server listens, more of them than can be checked beforehand. So what it has bound is
    /// checked as well, before it serves anything but <c>/health</c>.
    /// </summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await server.StartAsync(cancellationToken);
        var open = addresses().Select(address => ListenAddresses.TroubleWithoutKey(address, auth)).OfType<string>().FirstOrDefault();
        if (open is null) return;
        await server.StopAsync(cancellationToken);
        throw new StartupException(open);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);
}
