using IoTOrleans.Events;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Events.Sqs;
using IoTOrleans.Events.Watermarks;
using IoTOrleans.Grains.Watching;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Description;
using IoTOrleans.Silo.Hosting.Running;
using IoTOrleans.Notifications.Text;
using IoTOrleans.Sqlite;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IoTOrleans.Silo.Api;

/// <summary><c>/health/live</c>: the process serves requests. <c>/health/ready</c>: everything it needs to notify is up.</summary>
internal static class HealthApi
{
    /// <summary>The check that asks storage: reminders are in the same one.</summary>
    internal const string Storage = "reminders";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void AddHealth(this WebApplicationBuilder builder, SiloSettings settings)
    {
        var services = builder.Services;
        services.AddReadyCheck("silo", (provider, _) => provider.GetRequiredService<Reception>().Closed is { } why
            ? Task.FromResult(HealthCheckResult.Unhealthy(why)) : Healthy);
        services.AddReadyCheck(Storage, async (provider, token) =>
        {
            // Any row will do: the question is whether the table answers.
            await provider.GetRequiredService<IReminderTable>().ReadRows(GrainId.Create("health", "ready"), token);
            return HealthCheckResult.Healthy();
        });

        // Degraded, never down: the other destinations get their notifications, and what failed or was refused is tried again.
        services.AddReadyCheck("destinations", (provider, _) => DegradedBy(TroubleOf(provider.GetRequiredService<IDestinationHealth>())));
        if (settings.Auth.ApiKey.Path is not null || settings.Auth.ReadOnlyKey.Path is not null)
            services.AddReadyCheck("keys", (provider, _) => DegradedBy(provider.GetRequiredService<KeyRing>().BadFiles));
        services.AddReadyCheck("verifiers", (provider, _) => DegradedBy(TroubleOf(provider.GetRequiredService<IVerifierHealth>())));
        if (settings.Things.Most > 0)
        {
            services.AddReadyCheck("things", async (provider, token) =>
            {
                var things = provider.GetRequiredService<ThingLimit>();
                return await things.IsReached(token) ? HealthCheckResult.Degraded(things.Why) : HealthCheckResult.Healthy();
            });
        }

        if (settings.Mqtt.Port > 0)
            services.AddReadyCheck("mqtt", (provider, _) => DegradedBy(provider.GetRequiredService<BrokerCredentials>().BadFiles));
        if (settings.QueueUrl is not null)
            services.AddReadyCheck("queue", (provider, _) => DegradedBy(TroubleOf(provider.GetRequiredService<WatermarkCopy>(), "queue")));
        if (settings.ErrorQueueUrl is not null)
        {
            services.AddReadyCheck("errorQueue", (provider, _) =>
                DegradedBy(TroubleOf(provider.GetRequiredService<ErrorQueue>().Get<WatermarkCopy>(), "error queue")));
        }
    }

    /// <summary>Something that <c>/health/ready</c> asks.</summary>
    public static void AddReadyCheck(
        this IServiceCollection services, string name, Func<IServiceProvider, CancellationToken, Task<HealthCheckResult>> ask) =>
        services.AddHealthChecks().Add(new(name, provider => new Check(token => ask(provider, token)), null, null, Patience));

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        // Load balancers have no key.
        routes.MapHealthChecks("/health/live", new() { Predicate = _ => false, ResponseWriter = Write }).AllowAnonymous()
            .As(HealthDescription.Live);
        routes.MapHealthChecks("/health/ready", new() { ResponseWriter = Write }).AllowAnonymous().As(HealthDescription.Ready);
    }

    /// <summary>What is wrong names tables, addresses and destinations, so only who may read gets to know it.</summary>
    private static Task Write(HttpContext context, HealthReport report)
    {
        var mayRead = context.User.IsInRole(Rights.Read);
        return context.Response.WriteAsJsonAsync(new Report(
            report.Status.ToString(),
            report.Entries.ToDictionary(
                entry => entry.Key,
                entry => new CheckReport(
                    entry.Value.Status.ToString(), mayRead ? entry.Value.Exception?.Message ?? entry.Value.Description : null))));
    }

    internal sealed record Report(string Status, IReadOnlyDictionary<string, CheckReport> Checks);

    /// <param name="Error">For who may read, if there is one.</param>
    internal sealed record CheckReport(string Status, string? Error);

    private static Task<HealthCheckResult> Healthy => Task.FromResult(HealthCheckResult.Healthy());

    public static Task<HealthCheckResult> DegradedBy(string? trouble) =>
        trouble is null ? Healthy : Task.FromResult(HealthCheckResult.Degraded(trouble));

    /// <summary>No reason to be unhealthy: another silo would not know more.</summary>
    private static string? TroubleOf(WatermarkCopy queue, string name) => queue.Behind <= Blindness.After ? null
        : $"blind: messages of the last {(int)queue.Behind.TotalMinutes} min in the {name} are not stored; look at the {name}, at storage "
            + "and at the log";

    /// <summary>Null: there is none. The reasons are in the log only.</summary>
    internal static string? TroubleOf(IDestinationHealth destinations)
    {
        var refusing = destinations.Refusing.Select(
            pair => (pair.Key, Text: $"{pair.Key} has refused notifications since {Rfc3339.Of(pair.Value)}"));
        var failing = destinations.Failing.Where(pair => !destinations.Refusing.ContainsKey(pair.Key))
            .Select(pair => (pair.Key, Text: $"{pair.Key} has accepted nothing since {Rfc3339.Of(pair.Value)}"));
        var texts = refusing.Concat(failing).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Text).ToList();
        return texts.Count == 0 ? null : $"{string.Join("; ", texts)}; the log says why.";
    }

    internal static string? TroubleOf(IVerifierHealth verifiers)
    {
        var texts = verifiers.Silent.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key} has answered none of {pair.Value.Count} questions since {Rfc3339.Of(pair.Value.Since)}").ToList();
        return texts.Count == 0 ? null : $"{string.Join("; ", texts)}; the log says why.";
    }

    private sealed class Check(Func<CancellationToken, Task<HealthCheckResult>> ask) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            ask(cancellationToken);
    }
}
