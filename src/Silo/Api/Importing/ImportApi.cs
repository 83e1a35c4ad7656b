using System.Net.Http.Headers;
using IoTOrleans.Events;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Description;
using Microsoft.AspNetCore.Mvc;

namespace IoTOrleans.Silo.Api.Importing;

/// <summary><c>/import</c>: a list of thing names, stored before it is answered; then the service asks about each of them.</summary>
internal static partial class ImportApi
{
    /// <summary>None of these comes from a form of another page without a question before it.</summary>
    internal static readonly string[] ContentTypes = ["application/x-ndjson", "application/jsonl", "application/json"];

    public static void MapImports(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/import", Receive).WithMetadata(new DisableRequestSizeLimitAttribute()).As(ImportDescription.Post);
        routes.MapGet("/import/{id}", Get).As(ImportDescription.Get);
    }

    private static async Task<IResult> Receive(
        HttpContext context, IGrainFactory grains, ThingFilter watched, ThingLimit things, Acts acts, ILogger<ImportList> logger)
    {
        if (!IsList(context.Request)) return LinesOnly();
        var imports = grains.GetGrain<IImportsGrain>(0);
        if (await imports.Begin(Caller.NameOf(context)) is not { } id) return TooMany();
        using var room = things.Begin();
        var list = new ImportList(watched);
        Import? import = null;
        try
        {
            await list.Read(context.Request.BodyReader, async page =>
            {
                if ((await room.TakeOneByOne(page, context.RequestAborted)).Count > 0)
                {
                    throw new BadHttpRequestException(
                        $"There are new names, so nothing is imported. {things.Why}", StatusCodes.Status429TooManyRequests);
                }

                if (!await imports.Add(id, page)) throw new BadHttpRequestException("The names came too slowly. Send them again.");
            }, context.RequestAborted);
            if (Refusal(list) is { } refusal) return refusal;
            import = await imports.Complete(id) ?? throw new BadHttpRequestException("The names came too slowly. Send them again.");
        }
        finally
        {
            // What fails here is given up a few minutes later.
            if (import is null) imports.Abandon(id).Ignore();
        }

        acts.Imported(context, id, import.Read);
        if (list.LeftOut > 0) LogLeftOut(logger, id, list.LeftOut);
        return TypedResults.Accepted($"/import/{id}", ImportStatus.Of(import));
    }

    private static async Task<IResult> Get(string id, IGrainFactory grains) =>
        await grains.GetGrain<IImportsGrain>(0).GetImport(id) is { Phase: not ImportPhase.Abandoned } import
            ? TypedResults.Ok(ImportStatus.Of(import))
            : NoSuch(id);

    internal static IResult NoSuch(string id) => Problems.Of(StatusCodes.Status404NotFound, "No such import",
        $"There is no import '{id}'. Of those that are done, the last ones are kept.");

    internal static IResult LinesOnly() => Problems.Of(
        StatusCodes.Status415UnsupportedMediaType, "JSON lines only", $"Send the names with Content-Type: {ContentTypes[0]}.");

    internal static IResult TooMany() => Problems.Of(StatusCodes.Status429TooManyRequests, "Too many imports",
        $"{ImportsState.Most} imports are not done yet. Send this one when one of them is.");

    /// <returns>Null: every line is a name.</returns>
    private static IResult? Refusal(ImportList list)
    {
        if (list.Refused > 0) return Refusal(list.Refused, list.Errors);
        return list.IsEmpty ? Problems.BadRequest("No names", "No line holds a thing name. One line is like {\"thingName\":\"rpi-1\"}.")
            : null;
    }

    internal static IResult Refusal(int lines, IReadOnlyList<LineError> errors) => Problems.BadRequest("Bad lines",
        $"{lines} lines are refused, so nothing is imported. The first, line {errors[0].Line}: {errors[0].Detail}", errors);

    private static bool IsList(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType is { } sent && ContentTypes.Contains(sent, StringComparer.OrdinalIgnoreCase);

    [LoggerMessage(LogLevel.Information, "Import {Id}: Things:Include and Things:Exclude leave out {Names} of its names.")]
    private static partial void LogLeftOut(ILogger logger, string id, int names);
}

/// <param name="Read">Names in the list.</param>
/// <param name="Asked">Names that are done; the other numbers say with which result.</param>
/// <param name="By">Who sent it; null: not known.</param>
internal sealed record ImportStatus(string State, int Read, int Asked, int Connected, int Offline, int Unknown, string? By)
{
    public const string Running = "running";
    public const string Done = "done";

    public static ImportStatus Of(Import import) => new(
        import.Phase == ImportPhase.Done ? Done : Running, import.Read, import.Counts.Asked,
        import.Counts.Connected, import.Counts.Offline, import.Counts.Unknown, import.By);
}
