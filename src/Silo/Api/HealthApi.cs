using IoTOrleans.Events.Watermarks;
using IoTOrleans.Grains.Watching;
using IoTOrleans.Silo.Hosting.Running;
using IoTOrleans.Notifications.Text;
using IoTOrleans.Sqlite;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IoTOrleans.Silo.Api;

/// <summary>
/// <c>/health/live</c>: the process serves requests, whatever AWS or a disk does. <c>/health/ready</c>: what it needs to keep its
/// promise is up.
/// </summary>
internal static class HealthApi
{
    /// <summary>The tag of what <c>/health/ready</c> asks; the storage brings its own.</summary>
    internal const string Ready = "ready";

    public static void AddHealth(this WebApplicationBuilder builder, SiloSettings settings)
    {
        var checks = builder.Services.AddHealthChecks().AddCheck<Reception>("silo", tags: [Ready])
            .AddCheck<RemindersCheck>("reminders", tags: [Ready], timeout: TimeSpan.FromSeconds(5))
            .AddCheck<DestinationsCheck>("destinations", tags: [Ready]);
        if (settings.QueueUrl is not null) checks.AddCheck<QueueCheck>("queue", tags: [Ready]);
    }

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = Write });
        routes.MapHealthChecks(
            "/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = Write });
    }

    private static Task Write(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new { status = entry.Value.Status.ToString(), error = entry.Value.Exception?.Message ?? entry.Value.Description }),
    });

    /// <summary>Degraded, not unhealthy: another silo would know no more.</summary>
    private sealed class QueueCheck(WatermarkCopy queue) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(
            queue.Behind <= Blindness.After ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded($"blind: what the queue has taken in the last {(int)queue.Behind.TotalMinutes} min is not "
                    + $"stored; look at the queue, at storage and at the log"));
    }

    /// <summary>
    /// Degraded, never down: the others are told all the same, and what is refused or failed is tried again. Why is in the log, since
    /// /health needs no key.
    /// </summary>
    private sealed class DestinationsCheck(IDestinationHealth destinations) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(TroubleOf(destinations) is { } trouble ? HealthCheckResult.Degraded(trouble) : HealthCheckResult.Healthy());
    }

    /// <summary>Null: there is none.</summary>
    internal static string? TroubleOf(IDestinationHealth destinations)
    {
        var refusing = destinations.Refusing.Select(
            pair => (pair.Key, Text: $"{pair.Key} refuses what it is sent since {Rfc3339.Of(pair.Value)}"));
        var failing = destinations.Failing.Where(pair => !destinations.Refusing.ContainsKey(pair.Key))
            .Select(pair => (pair.Key, Text: $"{pair.Key} has taken nothing since {Rfc3339.Of(pair.Value)}"));
        var texts = refusing.Concat(failing).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Text).ToList();
        return texts.Count == 0 ? null : $"{string.Join("; ", texts)}; the log says why.";
    }

    /// <summary>Any row will do: the question is whether the table answers.</summary>
    private sealed class RemindersCheck(IReminderTable reminders) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await reminders.ReadRows(GrainId.Create("health", "ready"), cancellationToken);
            return HealthCheckResult.Healthy();
        }
    }
}
