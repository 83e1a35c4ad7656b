using IoTOrleans.Silo.Api;

namespace IoTOrleans.Silo.Hosting.Running;

/// <summary>Admits requests while the silo is in its cluster, else only <c>/health</c>. A stop waits a moment for them.</summary>
internal sealed class Reception(IHostApplicationLifetime lifetime, TimeProvider time) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private int _inside;

    public async Task Admit(HttpContext context, RequestDelegate next)
    {
        var isHealth = context.Request.Path.StartsWithSegments("/health");
        if (!isHealth) Interlocked.Increment(ref _inside);
        try
        {
            if (isHealth || Closed is not { } why)
            {
                await next(context);
                return;
            }

            context.Response.Headers.RetryAfter = "2";
            await Problems.Write(context, StatusCodes.Status503ServiceUnavailable, "Not serving", $"This service {why}.");
        }
        finally
        {
            if (!isHealth) Interlocked.Decrement(ref _inside);
        }
    }

    public string? Closed => lifetime.ApplicationStopping.IsCancellationRequested ? "is stopping"
        : lifetime.ApplicationStarted.IsCancellationRequested ? null : "is starting: it waits for its storage and its cluster";

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Called while everything that a request may need still runs.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (Volatile.Read(ref _inside) > 0 && time.GetElapsedTime(began) < Patience && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Look, time, CancellationToken.None);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
