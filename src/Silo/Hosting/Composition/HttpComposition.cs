using System.IO.Compression;
using IoTOrleans.Grains;
using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Description;
using IoTOrleans.Silo.Api.Events;
using IoTOrleans.Silo.Api.Fleet;
using IoTOrleans.Silo.Hosting.Running;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace IoTOrleans.Silo.Hosting.Composition;

internal static class HttpComposition
{
    public static void AddHttp(this WebApplicationBuilder builder, SiloSettings settings)
    {
        builder.AddAccess(settings);

        // The access check looks at the Host header: ASP.NET Core's own filter would refuse loopback and health checks by address.
        builder.Services.PostConfigure<HostFilteringOptions>(options => options.AllowedHosts = ["*"]);
        builder.Services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        builder.Services.AddProblemDetails();
        builder.Services.AddResponseCompression(Compress);
        builder.Services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        builder.Services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        builder.Services.AddExceptionHandler<ExceptionProblems>();
        builder.AddHealth(settings);
        builder.Services.AddFleet();
        builder.Services.AddSiloReports();
        builder.Services.AddSingleton(settings);
        builder.Services.AddDescription(settings);
        builder.Services.AddSingleton<Reception>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<Reception>());
        ServerFirst.Arrange(builder.Host);
        builder.Services.AddHttpConnections();
        builder.WebHost.ConfigureKestrel(Bound);

        // For other limits, as in ASP.NET Core's documentation; by itself Kestrel reads only its endpoints there.
        builder.Services.Configure<KestrelServerOptions>(builder.Configuration.GetSection("Kestrel"));
    }

    /// <summary>
    /// What a request passes before its endpoint. It takes a place among those that are served only after its key has been seen: so who has
    /// none cannot keep the others out.
    /// </summary>
    public static void UseDoors(this WebApplication app)
    {
        var connections = app.Services.GetRequiredService<HttpConnections>();
        app.Use(HttpConnections.Notice);
        app.Use(SecurityHeaders.Add);
        app.UseWhen(context => !context.Request.Path.StartsWithSegments(FleetApi.StreamPath), branch => branch.UseResponseCompression());
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(app.Services.GetRequiredService<Reception>().Admit);
        app.UseAccess();
        app.Use(connections.Admit);
        app.Use(UnencodedName.Explain);
        app.Use(QueryCheck.Admit);
    }

    /// <summary>Also with TLS: no answer holds a secret beside text that a stranger chose. Not the stream, which must not wait.</summary>
    private static void Compress(ResponseCompressionOptions options)
    {
        options.EnableForHttps = true;
        options.MimeTypes = ["text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"];
    }

    /// <summary>Limits a slow client to 64 KB of unread body while it sends 240 bytes a second.</summary>
    private static void Bound(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        kestrel.Limits.MaxRequestBodySize = EventsApi.MostBytes;
        kestrel.Limits.MaxRequestBufferSize = 64 * 1024;
    }
}
