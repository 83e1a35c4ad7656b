using IoTOrleans.Events;
using IoTOrleans.Events.Machine;
using IoTOrleans.Events.Parsing;
using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Silo.Logging;

namespace IoTOrleans.Silo.Api.Events;

/// <summary><c>POST /events</c>: one event or an array, all of it stored or none of it acknowledged.</summary>
internal static class EventsApi
{
    /// <summary>Also the limit of one SQS message.</summary>
    internal const int MostBytes = 1024 * 1024;

    /// <summary>More than 1 MiB can hold of anything like an event; without it half a million of <c>1,</c> would get 50 MB back.</summary>
    internal const int MostErrors = 10_000;

    /// <summary>Things worked on at once; the events of one thing keep their order.</summary>
    internal const int Parallelism = 64;

    /// <summary>Requests worked on at once. One of them may hold thousands of events.</summary>
    internal const int MostAtOnce = 64;

    internal const int MostWaiting = 256;

    internal const string Limit = "events";

    public static void MapEvents(this IEndpointRouteBuilder routes) => routes.MapPost("/events", Receive)
        .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MostBytes)).RequireRateLimiting(Limit);

    private static async Task<IResult> Receive(
        HttpContext context, IConnectionChangeSink sink, ConnectFailureRelay failures, RuleFailures rules, SiloMetrics metrics,
        MemoryGauge memory, TimeProvider time, EventsLog log, ThingLimit things, ThingFilter watched)
    {
        if (!IsJson(context.Request)) return Problems.JsonOnly("the events");
        using var room = memory.RoomForBody(context.Request.ContentLength ?? MostBytes);
        if (room is null)
        {
            context.Response.Headers.RetryAfter = MemoryGauge.RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "No room now",
                "There is no memory for more events at this moment, and none has been taken: send them again.");
        }

        var events = EventParser.ParseAll(
            await JsonBody.Receive(context.Request.Body, context.RequestAborted), EventSource.Http, time.GetUtcNow());
        foreach (var failure in events.Select(each => each.Failure).OfType<RuleFailure>()) rules.Note(EventSource.Http, failure);
        using var newThings = things.Begin();
        var names = events.OfType<ParsedEvent.Change>().Select(change => change.ThingName).Where(watched.Watches).ToHashSet();
        if (!events.Any(each => each is ParsedEvent.Refused) && !await newThings.Take(names, context.RequestAborted))
        {
            metrics.EventsBeyondLimit(events.Count);
            return Problems.TooManyThings(things, ", so none of these events has been taken");
        }

        return await Take(events, sink, failures, metrics, log, context.RequestAborted);
    }

    private static async Task<IResult> Take(
        IReadOnlyList<ParsedEvent> events, IConnectionChangeSink sink, ConnectFailureRelay failures, SiloMetrics metrics, EventsLog log,
        CancellationToken cancellationToken)
    {
        var refused = events.Index().Where(item => item.Item is ParsedEvent.Refused)
            .Select(item => (item.Index, Refusal: (ParsedEvent.Refused)item.Item)).ToList();
        if (refused.Count > 0)
        {
            foreach (var reason in refused.CountBy(item => item.Refusal.Reason)) metrics.EventsRefused(reason.Key, reason.Value);
            log.Refused(refused.Count, events.Count, refused[0].Index, refused[0].Refusal.Reason, refused[0].Refusal.Detail);
            return Refuse(refused, events.Count);
        }

        var things = events.OfType<ParsedEvent.Change>().GroupBy(change => change.ThingName).ToList();
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(things, options, async (thing, _) =>
            {
                foreach (var change in thing) await sink.Report(change.ThingName, change.ConnectionChange);
            });
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            log.NotStored(events.Count, exception);
            metrics.EventsNotStored(events.Count);
            return Problems.Of(
                StatusCodes.Status503ServiceUnavailable, "Not all of it is stored",
                $"{exception.FirstLine()} Send it all again: an event that is stored already changes nothing.");
        }

        foreach (var evidence in events.OfType<ParsedEvent.Evidence>()) failures.Add(evidence.ThingName, evidence.ConnectFailure);
        metrics.EventsAccepted(events.Count);
        return TypedResults.Accepted((string?)null, new Accepted(events.Count));
    }

    private static IResult Refuse(List<(int Index, ParsedEvent.Refused Refusal)> refused, int total) => Problems.BadRequest(
        "Bad events",
        total == 1 ? refused[0].Refusal.Detail : $"{refused.Count} of {total} events are refused, so none has been taken. The first, at "
            + $"index {refused[0].Index}: {refused[0].Refusal.Detail}",
        refused.Take(MostErrors).Select(item => new { index = item.Index, reason = item.Refusal.Reason, detail = item.Refusal.Detail }));

    private static bool IsJson(HttpRequest request) =>
        System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase);

    internal sealed record Accepted([property: System.Text.Json.Serialization.JsonPropertyName("accepted")] int Count);
}

/// <summary>The log lines about <c>POST /events</c>. Requests that fail for the same reason are one line a minute.</summary>
internal sealed partial class EventsLog(TimeProvider time, ILogger<IConnectionChangeSink> logger)
{
    private readonly LogLimiter _notStored = new(time);

    public void NotStored(int count, Exception exception)
    {
        if (_notStored.ShouldLog(out var more)) LogNotStored(count, exception.FirstLine().TrimEnd('.'), more);
    }

    [LoggerMessage(LogLevel.Warning, "POST /events: {Refused} of {Count} events are bad, none was taken. The "
        + "first, at index {Index}: {Reason}: {Detail}")]
    public partial void Refused(int refused, int count, int index, RefusalReason reason, string detail);

    [LoggerMessage(LogLevel.Warning, "POST /events: not all of {Count} events could be stored; the caller was "
        + "told to send them again: {Why}{More}")]
    private partial void LogNotStored(int count, string why, string more);
}
