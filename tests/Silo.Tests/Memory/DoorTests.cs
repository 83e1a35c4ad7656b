using System.Net;
using System.Net.Http.Json;
using IoTOrleans.Silo.Events;
using IoTOrleans.Silo.Events.Http;
using IoTOrleans.Silo.Tests.Events.Mqtt;
using IoTOrleans.Silo.Tests.Events.Sqs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Memory;

/// <summary>What the doors do while memory is full, and when there is room again.</summary>
public sealed class DoorTests
{
    private static readonly object[] two = [new { thingName = "a", connected = true }, new { thingName = "b", connected = false }];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Http_answers_503_and_when_to_come_again_and_takes_nothing()
    {
        var (memory, sink) = (new FakeMemory { Share = 0.8 }, new FakeSink());
        await using var app = await Http(memory, sink);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        using (var refused = await http.PostAsJsonAsync("/events", two, Cancelled))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
            (await refused.Content.ReadAsStringAsync(Cancelled)).ShouldContain("none has been taken");
        }

        sink.Attempts.ShouldBeEmpty();
        memory.Share = 0.79;
        using var taken = await http.PostAsJsonAsync("/events", two, Cancelled);
        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        sink.Stored.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Http_gives_a_body_its_room_back_whatever_became_of_it()
    {
        var (memory, sink) = (new FakeMemory { Limit = 40 * 1000 }, new FakeSink());
        await using var app = await Http(memory, sink);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        for (var i = 0; i < 20; i++)
        {
            using var bad = new StringContent(new string('x', 900), System.Text.Encoding.UTF8, "application/json");
            using var response = await http.PostAsync("/events", bad, Cancelled);
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task The_queue_is_not_read()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2025, 11, 23, 8, 0, 0, TimeSpan.Zero));
        var memory = new FakeMemory(time) { Share = 0.85 };
        await using var rig = new SqsRig(time: time, memory: memory);
        await rig.Start();
        rig.Queue.Send(SqsRig.Body("a"));

        // What was asked for when the consumer started is on its way; nothing is asked for after that.
        await rig.Pass(TimeSpan.FromSeconds(10));
        var receives = rig.Queue.Receives.Count;
        rig.Queue.Send(SqsRig.Body("b"));
        await rig.Pass(TimeSpan.FromMinutes(1));
        rig.Queue.Receives.Count.ShouldBe(receives);
        rig.Queue.All.ShouldContain(message => message.Body == SqsRig.Body("b") && message.ReceiveCount == 0);

        memory.Share = 0.75;
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(5));
        rig.Sink.Stored.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_thing_that_connects_is_told_to_come_again_and_one_that_goes_is_heard()
    {
        var memory = new FakeMemory();
        await using var broker = await TestBroker.Start(memory: memory);
        var inside = await broker.Connect("inside");
        (await broker.Sink.Next()).ThingName.ShouldBe("inside");

        memory.Share = 0.8;
        var outside = await broker.ConnectRaw();
        await outside.Send(RawClient.Connect("outside"u8.ToArray()));
        (await outside.ReadToEnd()).ShouldBe([0x20, 2, 0, 3]);
        broker.Meters["iot_orleans.broker.refused{memory}"].ShouldBe(1);

        inside.Dispose();
        (await broker.Sink.Next()).Change.Connected.ShouldBeFalse();

        memory.Share = 0.7;
        await broker.Connect("outside");
        (await broker.Sink.Next()).ThingName.ShouldBe("outside");
    }

    private static async Task<WebApplication> Http(FakeMemory memory, FakeSink sink)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddProblemDetails().AddSingleton(TimeProvider.System).AddSingleton(memory.Gauge)
            .AddSingleton<IConnectionChangeSink>(sink).AddSingleton<HttpEventMetrics>().AddSingleton<EventsLog>();
        var app = builder.Build();
        app.MapEvents();
        await app.StartAsync(Cancelled);
        return app;
    }
}
