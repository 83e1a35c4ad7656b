using System.Net;
using System.Net.Http.Json;
using IoTOrleans.Events;
using IoTOrleans.Events.Tests.Machine;
using IoTOrleans.Events.Tests.Sqs;
using IoTOrleans.Silo.Api.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
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
        await using var app = await Http(memory, sink);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        using (var refused = await http.PostAsJsonAsync("/events", Two, Cancelled))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
            (await refused.Content.ReadAsStringAsync(Cancelled)).ShouldContain("none has been taken");
        }

        sink.Attempts.ShouldBeEmpty();
        memory.Share = 0.79;
        using var taken = await http.PostAsJsonAsync("/events", Two, Cancelled);
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

    private static async Task<WebApplication> Http(FakeMemory memory, FakeSink sink)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddProblemDetails().AddSingleton(TimeProvider.System).AddSingleton(memory.Gauge)
            .AddSingleton<IConnectionChangeSink>(sink).AddSingleton<SiloMetrics>().AddSingleton<EventsLog>().AddEvidence();
        var app = builder.Build();
        app.MapEvents();
        await app.StartAsync(Cancelled);
        return app;
    }
}
