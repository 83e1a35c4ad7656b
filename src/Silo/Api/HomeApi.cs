namespace IoTOrleans.Silo.Api;

/// <summary><c>/</c>: links in notifications lead here.</summary>
internal static class HomeApi
{
    public static void MapHome(this IEndpointRouteBuilder routes) => routes.MapGet("/", (string? thing) =>
        TypedResults.Redirect(string.IsNullOrEmpty(thing) ? "/dashboard/" : $"/devices/{Uri.EscapeDataString(thing)}"))
        .ExcludeFromDescription();
}
