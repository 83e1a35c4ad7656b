using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary><c>/devices/{thingName}/advice</c> and <c>/fleet/advice</c></summary>
public sealed class AdviceTests(OneSilo one) : IClassFixture<OneSilo>
{
    private HttpClient Http => one.Silo.Http;

    [Fact]
    public async Task Drops_of_a_thing_become_advice_for_it_and_for_the_fleet()
    {
        // Away for 4 minutes and for 40.
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        foreach (var (ago, connected) in new[] { (9000, true), (8000, false), (7760, true), (6000, false), (3600, true) })
        {
            using var posted = await one.Silo.Post(new { thingName = "a-1", connected, timestamp = now - ago });
            posted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }

        var answer = await Http.GetFromJsonAsync<JsonElement>("/devices/a-1/advice?grace=30m");
        answer.GetProperty("thingName").GetString().ShouldBe("a-1");
        answer.GetProperty("advice").GetRawText().ShouldBe("""
            {"outages":2,"longest":{"atLeast":"34m8s","atMost":"1h8m16s"},
            "current":{"grace":"1h","told":{"atLeast":0,"atMost":1},"keptQuiet":{"atLeast":1,"atMost":2},"delaySeconds":0},
            "asked":{"grace":"30m","told":{"atLeast":1,"atMost":1},"keptQuiet":{"atLeast":1,"atMost":1},"delaySeconds":-1800},
            "suggested":{"above":"34m8s","grace":"1h8m16s","told":0,"keptQuiet":2,"delaySeconds":496}}
            """.ReplaceLineEndings(""));

        var fleet = await Http.GetFromJsonAsync<JsonElement>("/fleet/advice");
        fleet.GetProperty("complete").GetBoolean().ShouldBeTrue();
        fleet.GetProperty("things").GetInt32().ShouldBeGreaterThanOrEqualTo(1);
        fleet.GetProperty("advice").GetProperty("outages").GetInt32().ShouldBeGreaterThanOrEqualTo(2);
        fleet.GetProperty("advice").GetProperty("asked").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("/devices/a-2/advice?grace=300", "grace=300: say 300s or 5m.")]
    [InlineData("/fleet/advice?grace=soon", "grace=soon: is not a duration")]
    [InlineData("/fleet/advice?grace=0", "grace=0: it must be 1s to 365d.")]
    [InlineData("/fleet/advice?grace=400d", "grace=400d: it must be 1s to 365d.")]
    public async Task A_grace_that_is_none_is_named(string path, string why)
    {
        using var response = await Http.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldStartWith(why);
    }

    [Fact]
    public async Task A_thing_never_heard_of_is_404()
    {
        using var response = await Http.GetAsync("/devices/nobody/advice");
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
