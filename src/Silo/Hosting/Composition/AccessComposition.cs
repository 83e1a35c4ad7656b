using System.Threading.RateLimiting;
using IoTOrleans.Events.Machine;
using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Events;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.RateLimiting;

namespace IoTOrleans.Silo.Hosting.Composition;

/// <summary>Who may do what over HTTP, and how much of it at once.</summary>
internal static class AccessComposition
{
    public static void AddAccess(this WebApplicationBuilder builder, SiloSettings settings)
    {
        var services = builder.Services;
        services.AddSingleton(settings.Auth);
        services.AddSingleton(new AccessCheckOptions(HostNames(builder.Configuration, settings)));
        services.AddSingleton<KeyRing>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<FailedTries>(provider, "A request with a wrong key"));
        services.AddSingleton<Acts>();

        // Not AddAuthentication: it also writes keys for cookies into the home folder, and there are no cookies.
        services.AddAuthenticationCore(options =>
        {
            options.DefaultScheme = KeyAuthentication.SchemeName;
            options.AddScheme<KeyAuthentication>(KeyAuthentication.SchemeName, displayName: null);
        });
        services.AddTransient<KeyAuthentication>();
        services.AddWebEncoders();
        services.AddAuthorizationBuilder()
            .AddPolicy(Rights.Read, policy => policy.RequireRole(Rights.Read))
            .AddPolicy(Rights.Write, policy => policy.RequireRole(Rights.Write))
            .SetFallbackPolicy(Rights.ByMethod);
        services.AddRateLimiter(LimitEvents);
    }

    public static void UseSecurityHeaders(this WebApplication app) => app.Use(SecurityHeaders.Add);

    public static void UseAccess(this WebApplication app)
    {
        // Now, so that a warning about a key file comes at start.
        app.Services.GetRequiredService<KeyRing>();
        app.UseMiddleware<AccessCheck>();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
    }

    /// <summary>No limit per second: when a network comes back, a whole fleet reports at once.</summary>
    private static void LimitEvents(RateLimiterOptions options)
    {
        options.AddConcurrencyLimiter(EventsApi.Limit, limit =>
        {
            limit.PermitLimit = EventsApi.MostAtOnce;
            limit.QueueLimit = EventsApi.MostWaiting;
            limit.QueueProcessingOrder = QueueProcessingOrder.OldestFirst;
        });
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = async (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = "1";
            await Problems.Write(rejected.HttpContext, StatusCodes.Status429TooManyRequests, "Too many requests at once",
                $"{EventsApi.MostAtOnce} requests with events are worked on and {EventsApi.MostWaiting} wait. None of these events has "
                    + "been taken: send them again, more of them in one request.");
        };
    }

    private static List<string> HostNames(ConfigurationManager configuration, SiloSettings settings)
    {
        // ASP.NET Core knows neither a comma nor a port there; people write both.
        var names = (configuration["AllowedHosts"] ?? "")
            .Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(name => new HostString(name).Host).ToList();
        if (settings.ExternalUrl is { } external) names.Add(external.Host);
        return names;
    }
}
