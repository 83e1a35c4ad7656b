using IoTOrleans.Events.Machine;
using IoTOrleans.Silo.Api.Access;
using Microsoft.AspNetCore.Authentication;

namespace IoTOrleans.Silo.Hosting.Composition;

/// <summary>Who may do what over HTTP.</summary>
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
    }

    public static void UseAccess(this WebApplication app)
    {
        // Now, so that a warning about a key file comes at start.
        app.Services.GetRequiredService<KeyRing>();
        app.UseMiddleware<AccessCheck>();
        app.UseAuthentication();
        app.UseAuthorization();
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
