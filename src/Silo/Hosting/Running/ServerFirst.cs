namespace IoTOrleans.Silo.Hosting.Running;

/// <summary>Starts the HTTP server first and stops it last: <c>/health/live</c> answers while the silo waits for its cluster.</summary>
internal sealed class ServerFirst(IHostedService server) : IHostedLifecycleService
{
    /// <summary>ASP.NET Core adds its server last, when the host is built; here it becomes the first service.</summary>
    public static void Arrange(IHostBuilder host) => host.ConfigureContainer<IServiceCollection>((_, services) =>
    {
        var server = services.Last(
            service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Name == "GenericWebHostService");
        services.Remove(server);
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(provider =>
            new ServerFirst((IHostedService)ActivatorUtilities.CreateInstance(provider, server.ImplementationType!))));
    });

    public Task StartingAsync(CancellationToken cancellationToken) => server.StartAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);
}
