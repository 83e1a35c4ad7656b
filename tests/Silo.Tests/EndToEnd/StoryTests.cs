using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary><c>/devices/{thingName}/history</c> and <c>…/why</c> as a client sees them.</summary>
public sealed class StoryTests
{
    private const string Thing = "slow/名前 1";

    [Fact]
    public async Task History_and_why_tell_what_happened_newest_first_and_leave_no_trace()
    {
        await using var silo = await SiloProcess.Start(("Presence:Grace", "1h"), ("Events:Mqtt:Listen:Port", "0"));
        foreach (var path in (string[])["history", "why"])
        {
            using var stranger = await silo.Http.GetAsync($"/devices/stranger/{path}");
            stranger.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            stranger.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            using var noName = await silo.Http.GetAsync($"/devices/a%0Ab/{path}");
            noName.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }

        await silo.PostUntilTaken(new { thingName = Thing, connected = true, timestamp = Seconds(-60) });
        await silo.PostUntilTaken(new { thingName = Thing, connected = false, timestamp = Seconds(-30) });
        var device = await silo.Device(Thing);

        var history = await Get("history");
        history.EnumerateObject().Select(property => property.Name).ShouldBe(["thingName", "items"]);
        history.GetProperty("items").EnumerateArray().Select(item => item.GetRawText()).ShouldBe(
        [
            $$"""{"at":"{{Time(-30)}}","event":"disconnected","reason":"grace-started","word":null,"destinations":[],"by":null}""",
            $$"""{"at":"{{Time(-60)}}","event":"connected","reason":"first-connected","word":null,"destinations":[],"by":null}""",
        ]);

        var why = await Get("why");
        why.EnumerateObject().Select(property => property.Name).ShouldBe(
            ["thingName", "status", "since", "outageId", "waitingFor", "owed", "refused", "mutedBy", "policySource", "items"]);
        (why.GetProperty("thingName").GetString(), why.GetProperty("status").GetString()).ShouldBe((Thing, "grace"));
        why.GetProperty("outageId").GetString().ShouldBe(device.GetProperty("outageId").GetString());
        var waiting = why.GetProperty("waitingFor").EnumerateArray().ShouldHaveSingleItem();
        waiting.GetProperty("what").GetString().ShouldBe("grace");
        waiting.GetProperty("until").GetString().ShouldBe(device.GetProperty("graceEndsAt").GetString());
        why.GetProperty("items")[0].GetRawText().ShouldBe(
            $$"""{"at":"{{Time(-30)}}","reason":"grace-started","sentence":"It disconnected, and its grace began.","word":null,"destinations":[],"by":null}""");

        (await silo.Http.GetFromJsonAsync<JsonElement>("/devices")).GetProperty("items").GetArrayLength()
            .ShouldBe(1, "strangers leave no trace");
        (await silo.Device(Thing)).GetRawText().ShouldBe(device.GetRawText());

        Task<JsonElement> Get(string path) => silo.Http.GetFromJsonAsync<JsonElement>($"/devices/{Uri.EscapeDataString(Thing)}/{path}");
    }

    private readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    private long Seconds(int after) => _now + after;

    private string Time(int after) => DateTimeOffset.FromUnixTimeSeconds(_now + after)
        .ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}
