namespace IoTOrleans.Silo.Api;

/// <summary>Errors as RFC 9457 problem details: what happened, and what to do about it.</summary>
internal static class Problems
{
    public static IResult Of(int status, string title, string detail, IDictionary<string, object?>? extensions = null) =>
        TypedResults.Problem(detail, statusCode: status, title: title, extensions: extensions);

    public static Task Write(HttpContext context, int status, string title, string detail) =>
        Of(status, title, detail).ExecuteAsync(context);
}
