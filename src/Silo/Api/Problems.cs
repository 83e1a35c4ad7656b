using IoTOrleans.Events;
using IoTOrleans.Silo.Api.Description;
using IoTOrleans.Sqlite;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace IoTOrleans.Silo.Api;

/// <summary>Errors as RFC 9457 problem details: what happened, and what to do about it.</summary>
internal static class Problems
{
    /// <param name="errors">One item for each mistake, where there can be several.</param>
    public static IResult Of(int status, string title, string detail, object? errors = null) =>
        TypedResults.Problem(detail, statusCode: status, title: title, extensions: errors is null ? [] : [new("errors", errors)]);

    public static IResult BadRequest(string title, string detail, object? errors = null) =>
        Of(StatusCodes.Status400BadRequest, title, detail, errors);

    public static IResult BadQuery(params IReadOnlyList<QueryMistake> mistakes) =>
        BadRequest("Bad query", string.Join(' ', mistakes.Select(mistake => mistake.Detail)), mistakes);

    /// <param name="what">What was sent, like <c>the mute</c>.</param>
    public static IResult JsonOnly(string what) =>
        Of(StatusCodes.Status415UnsupportedMediaType, "JSON only", $"Send {what} with Content-Type: application/json.");

    public static IResult NeverHeardOf(string thingName, string andWhat = "") =>
        Of(StatusCodes.Status404NotFound, "Never heard of", $"No event of a thing named '{thingName}' has come in so far{andWhat}.");

    /// <param name="why"><see cref="ThingLimit.Why"/></param>
    /// <param name="what">What is refused, as a sentence.</param>
    public static IResult TooManyThings(string why, string what = "There are new names.", object? errors = null) =>
        Of(StatusCodes.Status429TooManyRequests, "Too many things", $"{what} {why}", errors);

    public static IResult BadThingName(string why) => BadRequest("Not a thing name", why);

    /// <summary>As Kestrel says it, when a body is longer than its route allows.</summary>
    public static IResult TooLarge() => Of(
        StatusCodes.Status413PayloadTooLarge, ReasonPhrases.GetReasonPhrase(StatusCodes.Status413PayloadTooLarge),
        "Request body too large.");

    public static IResult StorageDoesNotAnswer(string why) =>
        Of(StatusCodes.Status503ServiceUnavailable, "Storage does not answer", why);

    public static Task Write(HttpContext context, int status, string title, string detail) =>
        Of(status, title, detail).ExecuteAsync(context);
}

/// <summary>The answer to an exception: storage that does not answer is 503, neither a bad request nor a bug.</summary>
internal sealed class ExceptionProblems : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                await Problems.Write(httpContext, bad.StatusCode, ReasonPhrases.GetReasonPhrase(bad.StatusCode), bad.Message);
                return true;
            case SqliteStoreException or Orleans.Runtime.OrleansException or TimeoutException:
                await Problems.StorageDoesNotAnswer(exception.Message).ExecuteAsync(httpContext);
                return true;
            default:
                return false;
        }
    }
}
