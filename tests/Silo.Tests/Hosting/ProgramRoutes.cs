using IoTOrleans.Silo.Hosting.Composition;
using IoTOrleans.Silo.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace IoTOrleans.Silo.Tests.Hosting;

/// <summary>Every route that the program has, from the same composition. Nothing is started.</summary>
internal static class ProgramRoutes
{
    private static readonly Lazy<IReadOnlyList<RouteEndpoint>> Endpoints = new(Read);

    public static IReadOnlyList<RouteEndpoint> All => Endpoints.Value;

    /// <param name="anyMethod">For routes that take every method.</param>
    /// <param name="endpoint"></param>
    public static IEnumerable<(string Method, string Path)> Of(RouteEndpoint endpoint, params string[] anyMethod) =>
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? anyMethod
        select (method, $"/{endpoint.RoutePattern.RawText!.TrimStart('/')}");

    private static IReadOnlyList<RouteEndpoint> Read()
    {
        var settings = Configured.ReadAll(("Storage:Provider", "Memory"), ("Events:Mqtt:Listen:Port", "0"));
        var builder = SiloApplication.CreateBuilder([]);
        builder.AddTelemetry(settings.Telemetry);
        builder.AddOrleans(settings);
        builder.AddNotifications(settings);
        builder.AddVerification(settings);
        builder.AddEventSources(settings);
        builder.AddHttp(settings);
        var app = builder.Build();
        app.MapRoutes(settings);
        return [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];
    }
}
