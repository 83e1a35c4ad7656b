using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Dashboard;
using IoTOrleans.Silo.Api.Description;
using IoTOrleans.Silo.Api.Events;
using IoTOrleans.Silo.Api.Fleet;
using IoTOrleans.Silo.Api.Importing;
using IoTOrleans.Silo.Api.Mutes;
using IoTOrleans.Silo.Telemetry;

namespace IoTOrleans.Silo.Hosting.Composition;

/// <summary>Every endpoint. Who may call it follows from its method (<see cref="Rights.ByMethod"/>); health alone is open.</summary>
internal static class Routes
{
    public static void MapRoutes(this WebApplication app, SiloSettings settings)
    {
        app.MapPage();
        app.MapHealth();
        app.MapMetrics();
        app.MapService(settings);
        app.MapFleet();
        app.MapDevices();
        app.MapStories();
        app.MapMutes();
        app.MapPolicies();
        app.MapAdvice();
        app.MapImports();
        app.MapNotifications();
        if (settings.HttpEvents) app.MapEvents();
        else app.MapDisabledEvents();
        app.MapDescription();
        app.MapDashboard();
    }
}
