using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>One silo for all of these: each has things of its own.</summary>
public sealed class OneSilo : IAsyncLifetime
{
    internal SiloProcess Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Silo = await SiloProcess.Start(("Presence:Grace", "1h"), ("Storage:Provider", "Memory"), ("Events:Mqtt:Listen:Port", "0"),
            ("AllowedHosts", "watch.example.net"));

    public ValueTask DisposeAsync() => Silo.DisposeAsync();
}

public sealed class HttpTests(OneSilo one) : IClassFixture<OneSilo>
{
    private SiloProcess Silo => one.Silo;

    [Fact]
    public async Task A_thing_never_heard_of_is_404_as_problem_json()
    {
        using var response = await Silo.Http.GetAsync("/devices/stranger");
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await Json(response)).GetProperty("detail").GetString()!.ShouldContain("stranger");
    }

    [Fact]
    public async Task A_status_has_every_field_of_the_contract()
    {
        await Accepted(
            new { thingName = "rpi-1", connected = false, timestamp = 1763884800, version = 12, attributes = new { site = "大阪" } });
        var device = await Silo.Device("rpi-1");
        device.EnumerateObject().Select(property => property.Name).ShouldBe(
            ["thingName", "status", "connected", "since", "graceEndsAt", "notifiedAt", "disconnectReason", "lastEventAt", "outageId",
                "outagesSuppressed", "notificationsSent", "attributes", "mutedBy", "flappingSince", "policy", "incidentId",
                "notifiedTo", "verification", "refused", "holdEndsAt", "neverSeen"],
            ignoreOrder: true);
        device.GetProperty("status").GetString().ShouldBe("grace");
        device.GetProperty("since").GetString().ShouldBe("2025-11-23T08:00:00Z");
        device.GetProperty("notifiedAt").ValueKind.ShouldBe(JsonValueKind.Null);
        device.GetProperty("attributes").GetProperty("site").GetString().ShouldBe("大阪");
    }

    [Theory]
    [InlineData("""{"clientId":"s-lifecycle","eventType":"disconnected","timestamp":NOWMS,"versionNumber":3,"sessionIdentifier":"a","disconnectReason":"CONNECTION_LOST"}""", "s-lifecycle")]
    [InlineData("""{"thingName":"s-document","previous":{"state":{"reported":{"connected":true}},"version":41},"current":{"state":{"reported":{"connected":false}},"metadata":{"reported":{"connected":{"timestamp":NOW}}},"version":42},"timestamp":NOW}""", "s-document")]
    [InlineData("""{"thingName":"s-rule","connected":false,"timestamp":NOW,"version":12}""", "s-rule")]
    [InlineData("""{"thingName":"s-rule-now","connected":false}""", "s-rule-now")]
    [InlineData("""{"Type":"Notification","Message":"{\"thingName\":\"s-envelope\",\"connected\":false,\"timestamp\":NOW}"}""",
        "s-envelope")]
    public async Task Every_shape_is_taken(string shape, string thingName)
    {
        var now = TimeProvider.System.GetUtcNow();
        var body = shape.Replace(
            "NOWMS", now.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("NOW", now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        using var response = await Send(body);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        (await Silo.Status(thingName)).ShouldBe("grace");
    }

    [Fact]
    public async Task One_bad_event_and_none_of_the_array_is_applied()
    {
        using var response = await Send(
            """[{"thingName":"all-or-none","connected":true},{"thingName":"","connected":true},{"thingName":"x","connected":"yes"}]""");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var errors = (await Json(response)).GetProperty("errors").EnumerateArray().ToList();
        errors.Select(error => error.GetProperty("index").GetInt32()).ShouldBe([1, 2]);
        errors[1].GetProperty("reason").GetString().ShouldBe("connectedNotBoolean");
        (await Silo.Status("all-or-none")).ShouldBeNull();
    }

    [Fact]
    public async Task Events_of_the_same_second_keep_the_order_of_their_array()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await Accepted(new[] { true, false, true }.Select(connected => new { thingName = "same-second", connected, timestamp = now }));
        (await Silo.Status("same-second")).ShouldBe("connected");
        (await Silo.Device("same-second")).GetProperty("outagesSuppressed").GetInt32().ShouldBe(1);
    }

    [Theory]
    [InlineData("not json", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.Accepted)]
    [InlineData("42", HttpStatusCode.BadRequest)]
    public async Task Odd_bodies_get_a_clear_answer(string body, HttpStatusCode status)
    {
        using var response = await Send(body);
        response.StatusCode.ShouldBe(status, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_over_a_megabyte_is_413()
    {
        using var response = await Send("\"" + new string('x', (1024 * 1024) + 1) + "\"");
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Only_json_is_taken_since_a_foreign_page_can_send_anything_else_without_asking()
    {
        using var text = new StringContent("""{"thingName":"csrf","connected":true}""", Encoding.UTF8, "text/plain");
        using var response = await Silo.Http.PostAsync("/events", text);
        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Theory]
    [InlineData("Origin", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.Accepted)]
    [InlineData("Host", "evil.example", HttpStatusCode.BadRequest)]
    [InlineData("Host", "watch.example.net", HttpStatusCode.Accepted)]
    [InlineData("Host", "localhost:8080", HttpStatusCode.Accepted)]
    [InlineData("Host", "[::1]:8080", HttpStatusCode.Accepted)]
    [InlineData("X-Forwarded-For", "203.0.113.7", HttpStatusCode.Forbidden)]
    [InlineData("X-Forwarded-Port", "443", HttpStatusCode.Forbidden)]
    [InlineData("Forwarded", "for=203.0.113.7", HttpStatusCode.Forbidden)]
    [InlineData("Via", "1.1 proxy", HttpStatusCode.Forbidden)]
    [InlineData("X-Real-IP", "203.0.113.7", HttpStatusCode.Forbidden)]
    [InlineData("CF-Connecting-IP", "203.0.113.7", HttpStatusCode.Forbidden)]
    [InlineData("True-Client-IP", "203.0.113.7", HttpStatusCode.Forbidden)]
    [InlineData("X-Client-IP", "203.0.113.7", HttpStatusCode.Forbidden)]
    [InlineData("X-Original-For", "203.0.113.7", HttpStatusCode.Forbidden)]
    public async Task The_doors_let_in_whom_they_should(string header, string value, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events") { Content = JsonContent.Create(Array.Empty<int>()) };
        request.Headers.TryAddWithoutValidation(header, value);
        using var response = await Silo.Http.SendAsync(request);
        response.StatusCode.ShouldBe(status, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/dashboard/SiloProperties/x", "no-cors", "image", 403)]
    [InlineData("/dashboard/GrainState?grainId=x", "navigate", "document", 403)]
    [InlineData("/devices/never-seen", "cors", "empty", 403)]
    [InlineData("/devices/never-seen", "navigate", "document", 404)]
    [InlineData("/health/ready", "no-cors", "image", 200)]
    public async Task A_foreign_page_reads_nothing_but_a_link_in_a_mail_works(string path, string mode, string destination, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "cross-site");
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Mode", mode);
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Dest", destination);
        using var response = await Silo.Http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(status);
        Silo.HasNoLineWith("SiloProperties");
    }

    [Fact]
    public async Task A_page_of_this_service_may_change_things()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events") { Content = JsonContent.Create(Array.Empty<int>()) };
        request.Headers.TryAddWithoutValidation("Origin", $"http://127.0.0.1:{Silo.HttpPort}");
        using var response = await Silo.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("site/1")]
    [InlineData("a%2Fb")]
    [InlineData("名前 with spaces:and?more#")]
    [InlineData("..")]
    public async Task Odd_names_are_found_again(string name)
    {
        await Accepted(new { thingName = name, connected = true });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        var path = name == ".." ? "%2E%2E" : Uri.EscapeDataString(name);
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        request.RequestUri = new Uri($"http://127.0.0.1:{Silo.HttpPort}/devices/{path}", options);
        using var response = await Silo.Http.SendAsync(request);
        if (name == "..")
        {
            // Every proxy and Kestrel itself resolve it before we see it: such a thing is watched and told, only this path cannot name it.
            // It arrives as `/`, which is the page.
            response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
            return;
        }

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Json(response)).GetProperty("thingName").GetString().ShouldBe(name);
    }

    [Theory]
    [InlineData("GET", "/devices/site/1", "/devices/site%2F1")]
    [InlineData("DELETE", "/devices/site/1", "/devices/site%2F1")]
    [InlineData("GET", "/devices/site/1/history?x=1", "/devices/site%2F1/history")]
    [InlineData("PUT", "/devices/a/b/c/policy", "/devices/a%2Fb%2Fc/policy")]
    public async Task A_name_with_a_slash_that_is_not_encoded_is_404_and_says_how_to_write_it(string method, string path, string right)
    {
        using var request = new HttpRequestMessage(new(method), path);
        using var response = await Silo.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Json(response)).GetProperty("detail").GetString()!.ShouldEndWith($" {right}");
    }

    [Theory]
    [InlineData("history")]
    [InlineData("why")]
    [InlineData("policy")]
    [InlineData("advice")]
    public async Task A_thing_may_have_the_name_of_a_route(string name)
    {
        await Accepted(new { thingName = name, connected = true });
        (await Silo.Device(name)).GetProperty("thingName").GetString().ShouldBe(name);
        using var story = await Silo.Http.GetAsync($"/devices/{name}/history");
        (await Json(story)).GetProperty("thingName").GetString().ShouldBe(name);
        using var wrongMethod = await Silo.Http.PostAsync($"/devices/{name}/history", null);
        wrongMethod.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Theory]
    [InlineData("/?thing=door-3&utm_source=mail")]
    [InlineData("/?nonsense=1")]
    [InlineData("/dashboard/?nonsense=1")]
    public async Task Pages_for_people_ignore_what_they_do_not_know(string path)
    {
        await Accepted(new { thingName = "door-3", connected = true });
        using var response = await Silo.Http.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_name_that_cannot_be_one_is_400()
    {
        using var response = await Silo.Http.GetAsync($"/devices/{new string('x', 129)}");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Forgetting_is_204_and_then_it_is_a_stranger()
    {
        await Accepted(new { thingName = "retired", connected = false });
        using var forgotten = await Silo.Http.DeleteAsync("/devices/retired");
        forgotten.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Silo.Status("retired")).ShouldBeNull();
    }

    [Fact]
    public async Task A_test_notification_goes_through_every_destination_and_is_marked()
    {
        using var response = await Silo.Http.PostAsync("/notifications/test", null);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var answer = (await Json(response)).GetProperty("destinations").EnumerateArray().Single();
        answer.GetProperty("destination").GetString().ShouldBe("console");
        answer.GetProperty("outcome").GetString().ShouldBe("accepted");
        await Silo.Until(() => Silo.Output.Any(line => line.Contains("TEST", StringComparison.Ordinal)), "the sample on the console");
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_is_asked_by_load_balancers_that_know_no_name_and_no_key(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = "10.0.3.17";
        using var response = await Silo.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_unknown_path_is_a_problem_too()
    {
        using var response = await Silo.Http.GetAsync("/nowhere");
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    private async Task Accepted(object events)
    {
        using var response = await Silo.Post(events);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> Send(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events")
        {
            Content = new StringContent(body, new MediaTypeHeaderValue("application/json")),
        };

        // Kestrel answers 413 without reading the body: a client that is still sending may see a broken pipe instead of the answer.
        request.Headers.ExpectContinue = true;
        return await Silo.Http.SendAsync(request);
    }

    private static Task<JsonElement> Json(HttpResponseMessage response) => response.Content.ReadFromJsonAsync<JsonElement>();
}
