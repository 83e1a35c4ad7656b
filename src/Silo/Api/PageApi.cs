using Microsoft.Extensions.FileProviders;

namespace IoTOrleans.Silo.Api;

/// <summary>
/// <c>/</c> and <c>/page/…</c>: the fleet page, as its files are written. They are routes, so that the key is asked for as everywhere.
/// Browsers keep them and ask each time whether they have changed: after an update nobody runs an old page.
/// </summary>
internal static class PageApi
{
    private const string Prefix = "/page";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapPage(this IEndpointRouteBuilder routes)
    {
        var files = Files(routes);

        // Links in notifications lead here, with ?thing=: the page itself reads that.
        routes.MapMethods("/", Methods, context =>
        {
            context.Request.Path = $"{Prefix}/index.html";
            return files(context);
        }).ExcludeFromDescription();
        routes.MapMethods($"{Prefix}/{{**file}}", Methods, files).ExcludeFromDescription();
    }

    private static RequestDelegate Files(IEndpointRouteBuilder routes)
    {
        var pipeline = routes.CreateApplicationBuilder();

        // ASP.NET Core's server of files leaves requests alone that have an endpoint.
        pipeline.Use((context, next) =>
        {
            context.SetEndpoint(null);
            return next(context);
        });
        pipeline.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "page")),
            RequestPath = Prefix,
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache",
        });
        return pipeline.Build();
    }
}
