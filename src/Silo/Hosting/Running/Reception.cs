using IoTOrleans.Silo.Api;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IoTOrleans.Silo.Hosting.Running;

/// <summary>
/// Lets requests in from when the silo has joined its cluster until it is told to stop; before and after that only those that ask how it
/// is. A stop waits a moment for those that are inside.
/// </summary>
internal sealed class Reception(IHostApplicationLifetime lifetime, TimeProvider time) : IHostedLifecycleService, IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private int inside;

    public async Task Admit(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/health"))
        {
            await next(context);
            return;
        }

        Interlocked.Increment(ref inside);
        try
        {
            if (Closed is not { } why)
            {
                await next(context);
                return;
            }

            context.Response.Headers.RetryAfter = "2";
            await Problems.Write(context, StatusCodes.Status503ServiceUnavailable, "Not serving", $"This service {why}.");
        }
        finally
        {
            Interlocked.Decrement(ref inside);
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Closed is { } why ? HealthCheckResult.Unhealthy(why) : HealthCheckResult.Healthy());

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>While everything that a request may need still runs.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (Volatile.Read(ref inside) > 0 && time.GetElapsedTime(began) < Patience && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Look, time, CancellationToken.None);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private string? Closed => lifetime.ApplicationStopping.IsCancellationRequested ? "is stopping"
        : lifetime.ApplicationStarted.IsCancellationRequested ? null : "is starting: it waits for its storage and its cluster";
}
