using System.Net;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

public sealed class WatchedThingsTests
{
    [Fact]
    public async Task What_the_settings_leave_out_is_taken_and_changes_nothing()
    {
        await using var silo = await SiloProcess.Start(
            ("Things:Include:0", "door-*"), ("Things:Include:1", "gate-*"), ("Things:Exclude", "door-test-*, gate-9"),
            ("Events:Mqtt:Listen:Port", "0"));
        string[] all = ["door-1", "gate-1", "door-test-1", "gate-9", "window-1"];
        await silo.PostUntilTaken(all.Select(thing => new { thingName = thing, connected = true }));
        foreach (var thing in all)
        {
            using var response = await silo.Http.GetAsync($"/devices/{thing}", TestContext.Current.CancellationToken);
            response.StatusCode.ShouldBe(thing is "door-1" or "gate-1" ? HttpStatusCode.OK : HttpStatusCode.NotFound, thing);
        }
    }
}
