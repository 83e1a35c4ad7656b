using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

public sealed class MutesTests(OneSilo one) : IClassFixture<OneSilo>
{
    private readonly MutesClient _mutes = new(one.Silo);

    [Theory]
    [InlineData("""{"until":"2099-01-01T00:00:00Z"}""", "thing", "exactly one")]
    [InlineData("""{"thing":"x","glob":"y","untilRecovered":true}""", "thing", "exactly one")]
    [InlineData("""{"thing":"","untilRecovered":true}""", "thing", "empty")]
    [InlineData("""{"thing":7,"untilRecovered":true}""", "thing", "text")]
    [InlineData("""{"glob":" ","untilRecovered":true}""", "glob", "door-*")]
    [InlineData("""{"glob":"*a*a*a*a*a*a*a*a*b","untilRecovered":true}""", "glob", "8 *")]
    [InlineData("""{"attribute":{"site":"north"},"untilRecovered":true}""", "attribute", "\"name\"")]
    [InlineData("""{"thing":"x"}""", "until", "exactly one")]
    [InlineData("""{"thing":"x","until":"2026-01-01T00:00:00Z","untilRecovered":true}""", "until", "exactly one")]
    [InlineData("""{"thing":"x","until":"2020-01-01T00:00:00Z"}""", "until", "has passed")]
    [InlineData("""{"thing":"x","until":"2099-01-01T00:00:00Z"}""", "until", "366 days")]
    [InlineData("""{"thing":"x","until":"2099-01-01T00:00:00"}""", "until", "offset")]
    [InlineData("""{"thing":"x","until":"tomorrow"}""", "until", "offset")]
    [InlineData("""{"thing":"x","untilRecovered":"yes"}""", "untilRecovered", "true or false")]
    [InlineData("""{"thing":"x","untill":"2099-01-01T00:00:00Z"}""", "untill", "no field")]
    [InlineData("""{"thing":"x","untilRecovered":true,"comment":5}""", "comment", "text")]
    [InlineData("""{"id":"other","thing":"x","untilRecovered":true}""", "id", "leave it out")]
    [InlineData("[]", "", "object")]
    [InlineData("{", "", "JSON")]
    public async Task A_bad_body_is_400_and_names_the_field_and_the_remedy(string body, string field, string says)
    {
        using var response = await _mutes.Send("bad", body);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().ToList();
        errors.ShouldContain(
            error => error.GetProperty("field").GetString() == field
                && error.GetProperty("detail").GetString()!.Contains(says, StringComparison.Ordinal),
            await response.Content.ReadAsStringAsync());
        using var none = await one.Silo.Http.GetAsync("/mutes/bad");
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Odd_requests_get_a_clear_answer_and_what_was_got_can_be_put()
    {
        (await _mutes.Put("-x", """{"thing":"x","untilRecovered":true}""")).ShouldBe(HttpStatusCode.BadRequest);
        (await _mutes.Put(new string('x', 65), """{"thing":"x","untilRecovered":true}""")).ShouldBe(HttpStatusCode.BadRequest);
        (await _mutes.Put("big", $$"""{"thing":"x","untilRecovered":true,"comment":"{{new string('x', 20_000)}}"}"""))
            .ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await _mutes.Put("long", $$"""{"thing":"x","untilRecovered":true,"comment":"{{new string('x', 257)}}"}"""))
            .ShouldBe(HttpStatusCode.BadRequest);
        using var text = new StringContent("""{"thing":"x","untilRecovered":true}""");
        using var response = await one.Silo.Http.PutAsync("/mutes/text", text);
        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);

        (await _mutes.Put("back", """{"thing":"x","untilRecovered":true}""")).ShouldBe(HttpStatusCode.Created);
        (await _mutes.Put("back", (await _mutes.Get("/mutes/back")).GetRawText())).ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>Scanners of mail follow every link in it.</summary>
    [Theory]
    [InlineData("/?thing=rpi-1&mute=8h")]
    [InlineData("/devices/rpi-1?mute=8h")]
    [InlineData("/mutes/rpi-1")]
    [InlineData("/mutes?thing=rpi-1&untilRecovered=true")]
    public async Task A_get_never_mutes(string path)
    {
        var before = (await _mutes.Get("/mutes")).GetRawText();
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var request = new HttpRequestMessage(method, path);
            using var response = await one.Silo.Http.SendAsync(request);
        }

        (await _mutes.Get("/mutes")).GetRawText().ShouldBe(before);
    }
}

public sealed class MuteProcessTests
{
    [Fact]
    public async Task A_mute_is_put_shown_changed_survives_a_kill_and_is_taken_back()
    {
        await using var silo = await SiloProcess.Start(
            ("Presence:Grace", "1s"), ("Presence:SettleTime", "0s"), ("Presence:RecoveryHold", "0s"), ("Events:Mqtt:Listen:Port", "0"));
        var mutes = new MutesClient(silo);
        var until = TimeProvider.System.GetUtcNow().AddHours(8)
            .ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        var body = $$"""{"attribute":{"name":"site","value":"north"},"until":"{{until}}","comment":"電源工事"}""";
        (await mutes.Put("site-north", body)).ShouldBe(HttpStatusCode.Created);
        (await mutes.Put("site-north", body)).ShouldBe(HttpStatusCode.OK);
        (await mutes.Put("doors", """{"glob":"door-*","untilRecovered":true}""")).ShouldBe(HttpStatusCode.Created);

        var mute = await mutes.Get("/mutes/site-north");
        mute.EnumerateObject().Select(property => property.Name)
            .ShouldBe(["id", "thing", "glob", "attribute", "from", "until", "untilRecovered", "comment", "by"], ignoreOrder: true);
        mute.GetProperty("attribute").GetProperty("value").GetString().ShouldBe("north");
        mute.GetProperty("until").GetString().ShouldBe(until);
        mute.GetProperty("comment").GetString().ShouldBe("電源工事");

        await Drop("door-3");
        await Drop("other");
        await silo.UntilStatus("door-3", "offline");
        await silo.Until(() => silo.Printed("[OFFLINE] other") == 1, "the one that is not muted");
        (await mutes.MutedBy("door-3")).ShouldBe(["doors", "site-north"]);
        (await mutes.MutedBy("other")).ShouldBeEmpty();

        await silo.Kill();
        await silo.Run();
        (await mutes.Get("/mutes")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString())
            .ShouldBe(["doors", "site-north"]);
        await silo.Until(async () => (await mutes.MutedBy("door-3")).Count == 2, "the copy of the mutes");
        silo.Printed("[OFFLINE] door-3").ShouldBe(0);

        foreach (var id in new[] { "doors", "site-north" })
        {
            using var deleted = await silo.Http.DeleteAsync($"/mutes/{id}");
            deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        using var again = await silo.Http.DeleteAsync("/mutes/doors");
        again.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await mutes.MutedBy("door-3")).ShouldBeEmpty();
        var began = TimeProvider.System.GetTimestamp();
        while (silo.Printed("[OFFLINE] door-3") == 0 && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(2))
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        silo.Printed("[OFFLINE] door-3").ShouldBe(1, "a tick a minute finds the mute gone");

        async Task Drop(string thingName)
        {
            using var response = await silo.Post(
                new { thingName, connected = false, attributes = new { site = thingName == "other" ? "south" : "north" } });
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }
    }
}

internal sealed class MutesClient(SiloProcess silo)
{
    public async Task<HttpStatusCode> Put(string id, string body)
    {
        using var response = await Send(id, body);
        return response.StatusCode;
    }

    public Task<HttpResponseMessage> Send(string id, string body) =>
        silo.Http.PutAsync($"/mutes/{id}", new StringContent(body, new MediaTypeHeaderValue("application/json")));

    public Task<JsonElement> Get(string path) => silo.Http.GetFromJsonAsync<JsonElement>(path);

    public async Task<List<string?>> MutedBy(string thingName) =>
        [.. (await silo.Device(thingName)).GetProperty("mutedBy").EnumerateArray().Select(id => id.GetString())];
}
