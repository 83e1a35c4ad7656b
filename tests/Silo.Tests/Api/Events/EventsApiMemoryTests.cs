using System.Net;
using IoTOrleans.Events.Tests.Machine;
using IoTOrleans.Events.Tests.Sqs;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Events;

/// <summary>What POST /events does while memory is full, and when there is room again.</summary>
public sealed class EventsApiMemoryTests
{
    private static readonly object[] Two = [new { thingName = "a", connected = true }, new { thingName = "b", connected = false }];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Http_answers_503_and_when_to_come_again_and_takes_nothing()
    {
        var (memory, sink) = (new FakeMemory { Share = 0.8 }, new FakeSink());
        await using var host = await EventsHost.Start(memory.Gauge, sink);

        using (var refused = await host.Post(Two))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
            (await refused.Content.ReadAsStringAsync(Cancelled)).ShouldContain("none has been taken");
        }

        sink.Attempts.ShouldBeEmpty();
        memory.Share = 0.79;
        using var taken = await host.Post(Two);
        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        sink.Stored.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Http_gives_a_body_its_room_back_whatever_became_of_it()
    {
        var (memory, sink) = (new FakeMemory { Limit = 40 * 1000 }, new FakeSink());
        await using var host = await EventsHost.Start(memory.Gauge, sink);
        for (var i = 0; i < 20; i++)
        {
            using var bad = new StringContent(new string('x', 900), System.Text.Encoding.UTF8, "application/json");
            using var response = await host.Http.PostAsync("/events", bad, Cancelled);
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }
    }
}
