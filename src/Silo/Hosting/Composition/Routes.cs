using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Events;
using IoTOrleans.Silo.Api.Importing;
using IoTOrleans.Silo.Api.Mutes;
using Microsoft.AspNetCore.Authorization;
using Orleans.Dashboard;

namespace IoTOrleans.Silo.Hosting.Composition;

/// <summary>Every endpoint. Who may call it follows from its method (<see cref="Rights.ByMethod"/>); health alone is open.</summary>
internal static class Routes
{
    public static void MapRoutes(this WebApplication app, SiloSettings settings)
    {
        app.MapHome();
        app.MapHealth();
        app.MapDevices();
        app.MapStories();
        app.MapMutes();
        app.MapPolicies();
        app.MapAdvice();
        app.MapImports();
        app.MapNotifications();
        if (settings.HttpEvents) app.MapEvents();
        app.MapDashboard();
    }

    private static void MapDashboard(this WebApplication app)
    {
        // It only has GETs. This one wakes the grain that it is asked about.
        IEndpointConventionBuilder dashboard = app.MapOrleansDashboard(routePrefix: "/dashboard");
        dashboard.Add(endpoint =>
        {
            if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: { } route }
                && route.EndsWith("/GrainState", StringComparison.Ordinal))
                endpoint.Metadata.Add(new AuthorizeAttribute(Rights.Write));
        });
    }
}
