using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

public sealed class DisabledEventsTests
{
    [Fact]
    public async Task Post_events_says_that_it_is_disabled_and_how_to_enable_it()
    {
        await using var silo = await SiloProcess.Start(
            ("Storage:Provider", "Memory"), ("Events:Mqtt:Listen:Port", "0"), ("Events:Http:Enabled", "false"));
        using var response = await silo.Post(new { thingName = "rpi-1", connected = true });
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("title").GetString().ShouldBe("Disabled");
        problem.GetProperty("detail").GetString()!.ShouldContain("Events:Http:Enabled=true");
        (await silo.Status("rpi-1")).ShouldBeNull();

        var document = await silo.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        document.GetProperty("servers").EnumerateArray().Single().GetProperty("url").GetString().ShouldBe("/");
        document.GetProperty("paths").GetProperty("/events").GetProperty("post").GetProperty("responses").TryGetProperty("404", out _)
            .ShouldBeTrue();
    }
}
