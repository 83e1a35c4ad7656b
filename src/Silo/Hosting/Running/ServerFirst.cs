namespace IoTOrleans.Silo.Hosting.Running;

/// <summary>
/// The HTTP server listens before anything else starts, and until everything else has stopped: whoever asks <c>/health/live</c> gets an
/// answer also while the silo waits for its cluster or for storage. What it answers to others meanwhile: <see cref="Reception"/>.
/// </summary>
internal sealed class ServerFirst(IHostedService server) : IHostedLifecycleService
{
    /// <summary>ASP.NET Core adds its server as the last of the services, at the build; here it becomes the first.</summary>
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
