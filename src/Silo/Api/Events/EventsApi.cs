using System.Diagnostics;
using System.Threading.RateLimiting;
using IoTOrleans.Events;
using IoTOrleans.Events.Machine;
using IoTOrleans.Events.Parsing;
using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Observing;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Silo.Api.Description;
using IoTOrleans.Silo.Logging;

namespace IoTOrleans.Silo.Api.Events;

/// <summary>
/// <c>POST /events</c>: one event or an array, all of it stored or none of it acknowledged. One exception: what is known is stored although
/// there is no room for new names beside it, because it may be an outage.
/// </summary>
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

    /// <summary>More than connections: a fleet that reports at once, one event in a request, waits. Memory for bodies is bounded.</summary>
    internal const int MostWaiting = 10_000;

    private const int MostNamed = 10;

    /// <summary>No limit per second: when a network comes back, a whole fleet reports at once.</summary>
    public static ConcurrencyLimiter Gate(int waiting = MostWaiting) => new(new()
    {
        PermitLimit = MostAtOnce, QueueLimit = waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    public static void MapEvents(this IEndpointRouteBuilder routes) => routes.MapPost("/events", Receive)
        .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MostBytes)).As(EventsDescription.Post);

    /// <summary>
    /// 404, as for every route that a setting leaves out: to who calls it, a path that answers nothing to any method is not there. The
    /// answer says what to do.
    /// </summary>
    public static void MapDisabledEvents(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/events", Disabled).As(EventsDescription.Post);

    internal static IResult Disabled() => Problems.Of(StatusCodes.Status404NotFound, "Disabled",
        "POST /events is disabled on this service. To enable it, set Events:Http:Enabled=true and restart it.");

    private static async Task<IResult> Receive(
        HttpContext context, IConnectionChangeSink sink, ConnectFailureRelay failures, RuleFailures rules, EventMetrics metrics,
        MemoryGauge memory, ConcurrencyLimiter gate, TimeProvider time, EventsLog log, ThingLimit things, ThingFilter watched)
    {
        if (!IsJson(context.Request)) return Problems.JsonOnly("the events");
        using var room = memory.RoomForBody();
        if (room is null
            || await JsonBody.Receive(context.Request.Body, count => room.TryGrow(count), context.RequestAborted) is not { } body)
        {
            context.Response.Headers.RetryAfter = MemoryGauge.RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "No room now",
                "There is no memory for more events at this moment, and none has been taken: send them again.");
        }

        // Not before: a body that does not come must not take anybody's turn.
        using var turn = await gate.AcquireAsync(1, context.RequestAborted);
        if (!turn.IsAcquired)
        {
            metrics.HttpBusy();
            log.Busy();
            context.Response.Headers.RetryAfter = "1";
            return Busy();
        }

        var events = EventParser.ParseAll(body, EventSource.Http, time.GetUtcNow());
        foreach (var failure in events.Select(each => each.Failure).OfType<RuleFailure>()) rules.Note(EventSource.Http, failure);
        using var newThings = things.Begin();
        var names = events.OfType<ParsedEvent.Change>().Select(change => change.ThingName).Where(watched.Watches).ToHashSet();
        var noRoom = events.Any(each => each is ParsedEvent.Refused) ? [] : await newThings.Take(names, context.RequestAborted);
        var rest = noRoom.Count == 0 ? events : Without(noRoom.ToHashSet(), events);
        if (await Take(rest, sink, failures, metrics, log, context.RequestAborted) is { } trouble) return trouble;
        if (noRoom.Count == 0) return TypedResults.Accepted((string?)null, new Accepted(events.Count));
        metrics.HttpBeyondLimit(events.Count - rest.Count);
        return Problems.TooManyThings(
            things.Why, NoRoom(noRoom, events.Count - rest.Count, events.Count), Errors(noRoom.ToHashSet(), events));
    }

    /// <returns>Null: all of it is stored.</returns>
    private static async Task<IResult?> Take(
        IReadOnlyList<ParsedEvent> events, IConnectionChangeSink sink, ConnectFailureRelay failures, EventMetrics metrics, EventsLog log,
        CancellationToken cancellationToken)
    {
        var refused = events.Index().Where(item => item.Item is ParsedEvent.Refused)
            .Select(item => (item.Index, Refusal: (ParsedEvent.Refused)item.Item)).ToList();
        if (refused.Count > 0)
        {
            foreach (var reason in refused.CountBy(item => item.Refusal.Reason)) metrics.HttpRefused(reason.Key, reason.Value);
            log.Refused(refused.Count, events.Count, refused[0].Index, refused[0].Refusal.Reason, refused[0].Refusal.Detail);
            return Refuse(refused, events.Count);
        }

        var things = events.OfType<ParsedEvent.Change>().GroupBy(change => change.ThingName).ToList();
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(things, options, async (thing, _) =>
            {
                using var span = EventTraces.Receive("http", ActivityKind.Internal, thing.Key);
                foreach (var change in thing) span.Decided(await sink.Report(change.ThingName, change.ConnectionChange));
            });
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            log.NotStored(events.Count, exception);
            metrics.HttpFailed(events.Count);
            return NotStored(exception.FirstLine());
        }

        foreach (var evidence in events.OfType<ParsedEvent.Evidence>()) failures.Add(evidence.ThingName, evidence.ConnectFailure);
        metrics.HttpTaken(events.Count);
        return null;
    }

    private static List<ParsedEvent> Without(HashSet<string> names, IEnumerable<ParsedEvent> events) =>
        [.. events.Where(each => each is not ParsedEvent.Change change || !names.Contains(change.ThingName))];

    /// <summary>So that the sender need not send them again with all others.</summary>
    private static IEnumerable<object> Errors(HashSet<string> names, IEnumerable<ParsedEvent> events) => events.Index()
        .Where(item => item.Item is ParsedEvent.Change change && names.Contains(change.ThingName)).Take(MostErrors)
        .Select(item => new { index = item.Index, thingName = ((ParsedEvent.Change)item.Item).ThingName });

    private static string NoRoom(IReadOnlyList<string> names, int refused, int total)
    {
        var more = names.Count > MostNamed ? $" and {names.Count - MostNamed} more" : "";
        var others = (total - refused) switch
        {
            0 => "",
            1 => " The other one is stored.",
            var stored => $" The other {stored} are stored.",
        };
        return $"{refused} of {total} events {(refused == 1 ? "is" : "are")} refused, about {names.Count} new "
            + $"name{(names.Count == 1 ? "" : "s")}: {string.Join(", ", names.Take(MostNamed))}{more}.{others}";
    }

    internal static IResult Busy() => Problems.Of(StatusCodes.Status429TooManyRequests, "Too many requests at once",
        $"{MostAtOnce} requests with events are worked on, and too many wait. None of these events has been taken: send them again, more "
            + "of them in one request.");

    internal static IResult NotStored(string why) => Problems.Of(StatusCodes.Status503ServiceUnavailable, "Not all of it is stored",
        $"{why} Send it all again: an event that is stored already changes nothing.");

    internal static IResult Refuse(List<(int Index, ParsedEvent.Refused Refusal)> refused, int total) => Problems.BadRequest(
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
    private readonly LogLimiter _busy = new(time);

    public void NotStored(int count, Exception exception)
    {
        if (_notStored.ShouldLog(out var more)) LogNotStored(count, exception.FirstLine().TrimEnd('.'), more);
    }

    public void Busy()
    {
        if (_busy.ShouldLog(out var more)) LogBusy(more);
    }

    [LoggerMessage(LogLevel.Warning, "POST /events: too many requests at once, so the caller was told to send its events again{More}")]
    private partial void LogBusy(string more);

    [LoggerMessage(LogLevel.Warning, "POST /events: {Refused} of {Count} events are bad, none was taken. The "
        + "first, at index {Index}: {Reason}: {Detail}")]
    public partial void Refused(int refused, int count, int index, RefusalReason reason, string detail);

    [LoggerMessage(LogLevel.Warning, "POST /events: not all of {Count} events could be stored; the caller was "
        + "told to send them again: {Why}{More}")]
    private partial void LogNotStored(int count, string why, string more);
}
