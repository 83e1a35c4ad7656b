using System.Text.RegularExpressions;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api.Mutes;

/// <summary><c>/mutes</c>. No <c>GET</c> may ever change a mute: mail scanners follow links.</summary>
internal static partial class MutesApi
{
    /// <summary>Names and comment at their longest, each character escaped.</summary>
    internal const int MostBytes = 16 * 1024;

    public static void MapMutes(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/mutes", List).As(MutesDescription.List);
        routes.MapGet("/mutes/{id}", Get).As(MutesDescription.Get);
        routes.MapPut("/mutes/{id}", Put).WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MostBytes))
            .As(MutesDescription.Put);
        routes.MapDelete("/mutes/{id}", Delete).As(MutesDescription.Delete);
    }

    private static IMutesGrain Mutes(this IGrainFactory grains) => grains.GetGrain<IMutesGrain>(0);

    private static async Task<IResult> List(IGrainFactory grains) => TypedResults.Ok(new MuteItems(await grains.Mutes().List()));

    private static async Task<IResult> Get(string id, IGrainFactory grains) =>
        (await grains.Mutes().List()).FirstOrDefault(mute => mute.Id == id) is { } mute ? TypedResults.Ok(mute) : NoSuch(id);

    private static async Task<IResult> Put(
        string id, HttpContext context, IGrainFactory grains, MuteBook book, Acts acts, TimeProvider time, ILogger<MuteBook> logger)
    {
        if (!Id().IsMatch(id))
        {
            return Problems.BadRequest(
                "Not an id",
                "An id is 1 to 64 of A-Z a-z 0-9 . _ - and begins with a letter or digit: choose one like site-north-2026.");
        }

        if (!context.Request.HasJsonContentType()) return Problems.JsonOnly("the mute");
        var body = await MuteBody.Read(context.Request.Body, id, time.GetUtcNow(), context.RequestAborted);
        if (body.Mute is not { } mute) return Refusal(body.Errors);

        mute = mute with { By = Caller.NameOf(context) };
        var answer = await grains.Mutes().Put(mute);
        if (answer == MutePut.Full) return Full();
        await Known(book, logger, context.RequestAborted);
        await acts.MuteSet(context, mute);
        return answer == MutePut.Created ? TypedResults.Created($"/mutes/{id}", mute) : TypedResults.Ok(mute);
    }

    private static async Task<IResult> Delete(
        string id, HttpContext context, IGrainFactory grains, MuteBook book, Acts acts, ILogger<MuteBook> logger)
    {
        var mute = (await grains.Mutes().List()).FirstOrDefault(mute => mute.Id == id);
        if (mute is null || !await grains.Mutes().Delete(id)) return NoSuch(id);
        await Known(book, logger, context.RequestAborted);
        await acts.MuteRemoved(context, mute);
        return TypedResults.NoContent();
    }

    /// <summary>This silo applies the change before it answers; the others follow within seconds.</summary>
    private static async Task Known(MuteBook book, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            await book.Refresh(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogLater(logger, exception);
        }
    }

    internal static IResult Refusal(IReadOnlyList<MuteBody.Error> errors) =>
        Problems.BadRequest("Not a mute", string.Join(' ', errors.Select(error => error.Detail)), errors);

    internal static IResult Full() => Problems.Of(StatusCodes.Status409Conflict, "Too many mutes",
        "There are 1,000 mutes, or 256 KiB of them. DELETE some, or mute by glob or attribute.");

    internal static IResult NoSuch(string id) =>
        Problems.Of(StatusCodes.Status404NotFound, "No such mute",
            $"There is no mute '{id}', or it has ended. GET /mutes lists those that there are.");

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Id();

    internal sealed record MuteItems(IReadOnlyList<Mute> Items);

    [LoggerMessage(LogLevel.Warning, "A change of the mutes is stored, but this silo could not read it "
        + "yet. It tries again in a few seconds.")]
    private static partial void LogLater(ILogger logger, Exception exception);
}
