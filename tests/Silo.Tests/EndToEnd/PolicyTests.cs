using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary><c>/devices/{thingName}/policy</c></summary>
public sealed class PolicyTests(OneSilo one) : IClassFixture<OneSilo>
{
    private HttpClient Http => one.Silo.Http;

    [Fact]
    public async Task A_running_grace_follows_at_once_and_back_again()
    {
        using var dropped = await one.Silo.Post(new { thingName = "p-1", connected = false });
        dropped.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var since = (await one.Silo.Device("p-1")).GetProperty("since").GetDateTimeOffset();

        using var put = await Http.PutAsJsonAsync("/devices/p-1/policy", new { grace = "1h30m", notify = new[] { "console" } });
        put.StatusCode.ShouldBe(HttpStatusCode.OK, await put.Content.ReadAsStringAsync());
        var policy = await put.Content.ReadFromJsonAsync<JsonElement>();
        policy.EnumerateObject().Select(property => property.Name).ShouldBe(
        [
            "source", "match", "overridden", "grace", "settleTime", "recoveryHold", "recheckEvery", "repeatInterval", "expectWithin",
            "notifyRecovery", "notifyFlapping", "muted", "notify",
        ]);
        policy.GetProperty("source").GetString().ShouldBe("override");
        policy.GetProperty("grace").GetString().ShouldBe("1h30m");
        policy.GetProperty("overridden").EnumerateArray().Select(name => name.GetString()).ShouldBe(["grace", "notify"]);

        var device = await one.Silo.Device("p-1");
        device.GetProperty("graceEndsAt").GetDateTimeOffset().ShouldBe(since.AddMinutes(90));
        device.GetProperty("policy").GetRawText().ShouldBe(policy.GetRawText());

        using var deleted = await Http.DeleteAsync("/devices/p-1/policy");
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await one.Silo.Device("p-1")).GetProperty("graceEndsAt").GetDateTimeOffset().ShouldBe(since.AddHours(1));
        (await Policy("p-1")).GetProperty("source").GetString().ShouldBe("default");
    }

    [Fact]
    public async Task A_shorter_one_than_what_has_passed_is_told_at_once()
    {
        var timestamp = TimeProvider.System.GetUtcNow().AddMinutes(-10).ToUnixTimeSeconds();
        using var dropped = await one.Silo.Post(new { thingName = "p-due", connected = false, timestamp });
        (await one.Silo.Status("p-due")).ShouldBe("grace");
        using var put = await Http.PutAsJsonAsync("/devices/p-due/policy", new { grace = "1m" });
        await one.Silo.Until(async () => await one.Silo.Status("p-due") == "offline", "p-due told offline");
    }

    [Fact]
    public async Task It_can_be_set_for_a_thing_that_has_not_come_yet()
    {
        using var before = await Http.GetAsync("/devices/p-new/policy");
        before.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var put = await Http.PutAsJsonAsync("/devices/p-new/policy", new { grace = "2h" });
        put.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await one.Silo.Status("p-new")).ShouldBe("unknown");
        using var deleted = await Http.DeleteAsync("/devices/p-new/policy");
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await one.Silo.Status("p-new")).ShouldBeNull();
    }

    [Fact]
    public async Task A_bad_one_is_400_and_names_every_mistake_and_nothing_is_set()
    {
        using var put = await Http.PutAsJsonAsync(
            "/devices/p-bad/policy", new { grace = "0s", colour = "red", notify = new[] { "pager" } });
        put.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        put.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await put.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString())
            .ShouldBe(["grace", "colour", "notify"], ignoreOrder: true);
        problem.GetProperty("detail").GetString()!.ShouldContain("pager");
        (await one.Silo.Status("p-bad")).ShouldBeNull();
    }

    [Fact]
    public async Task Only_json_is_taken()
    {
        using var text = new StringContent("""{"grace":"5m"}""", System.Text.Encoding.UTF8, "text/plain");
        using var put = await Http.PutAsync("/devices/p-text/policy", text);
        put.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        using var broken = new StringContent("{\"grace\":", System.Text.Encoding.UTF8, "application/json");
        using var badPut = await Http.PutAsync("/devices/p-text/policy", broken);
        badPut.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_name_with_a_slash_and_the_end_of_it_are_found()
    {
        using var put = await Http.PutAsJsonAsync("/devices/site%2Fpolicy/policy", new { muted = true });
        put.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Policy("site%2Fpolicy")).GetProperty("muted").GetBoolean().ShouldBeTrue();
        using var forgotten = await Http.DeleteAsync("/devices/site%2Fpolicy");
        using var after = await Http.GetAsync("/devices/site%2Fpolicy/policy");
        after.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private Task<JsonElement> Policy(string thingName) => Http.GetFromJsonAsync<JsonElement>($"/devices/{thingName}/policy");
}
