using System.Diagnostics.Metrics;
using System.Net;
using System.Threading.RateLimiting;
using IoTOrleans.Events;
using IoTOrleans.Events.Tests.Machine;
using IoTOrleans.Events.Tests.Sqs;
using IoTOrleans.Silo.Api.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Events;

/// <summary>Many requests with events at once.</summary>
public sealed class EventsApiBusyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeSink _sink = new();
    private readonly RecordingLogger<IConnectionChangeSink> _log = new();

    public EventsApiBusyTests() => _sink.Waits = _ => _go.Task;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bodies_that_do_not_come_stop_nobody()
    {
        _go.SetResult();
        await using var host = await Start();
        for (var slow = 0; slow < EventsApi.MostAtOnce; slow++) await host.BeginToUpload();

        using var response = await Post(host, 0).WaitAsync(Patience, Cancel);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_fleet_that_reports_at_once_one_event_in_a_request_is_not_sent_away()
    {
        await using var host = await Start();
        var posts = Enumerable.Range(0, 600).Select(n => Post(host, n)).ToList();
        var gate = host.Services.GetRequiredService<ConcurrencyLimiter>();
        while ((gate.GetStatistics()!.CurrentQueuedCount < 600 - EventsApi.MostAtOnce || _sink.MostAtOnce < EventsApi.MostAtOnce)
            && !posts.Any(post => post.IsCompleted))
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);
        _go.SetResult();
        foreach (var answer in await Task.WhenAll(posts).WaitAsync(Patience, Cancel))
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        _sink.MostAtOnce.ShouldBe(EventsApi.MostAtOnce);
    }

    [Fact]
    public async Task Beyond_that_requests_are_told_to_come_again_and_counted_and_said_in_one_line()
    {
        var busy = 0L;
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "iot_orleans.events") self.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.Contains(new KeyValuePair<string, object?>("reason", "busy"))) Interlocked.Add(ref busy, value);
        });
        meters.Start();
        await using var host = await Start(services => services.AddSingleton(_ => EventsApi.Gate(waiting: 3)));
        var left = Enumerable.Range(0, EventsApi.MostAtOnce + 3 + 20).Select(n => Post(host, n)).ToList();
        while (left.Count > EventsApi.MostAtOnce + 3)
        {
            var answered = await Task.WhenAny(left).WaitAsync(Patience, Cancel);
            left.Remove(answered);
            using var refused = await answered;
            refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
            refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        }

        busy.ShouldBe(20);
        _log.Lines.ShouldHaveSingleItem().ShouldContain("too many requests at once");
        _go.SetResult();
        foreach (var answer in await Task.WhenAll(left).WaitAsync(Patience, Cancel)) answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    private static Task<HttpResponseMessage> Post(EventsHost host, int n) =>
        host.Post(new { thingName = $"thing-{n}", connected = true });

    private Task<EventsHost> Start(Action<IServiceCollection>? also = null) => EventsHost.Start(new FakeMemory().Gauge, _sink, services =>
    {
        services.AddSingleton<ILogger<IConnectionChangeSink>>(_log);
        also?.Invoke(services);
    });
}
