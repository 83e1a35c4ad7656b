using System.Globalization;
using System.Text.RegularExpressions;
using IoTOrleans.Page.Tests.Browser;
using IoTOrleans.Page.Tests.Fleets;

namespace IoTOrleans.Page.Tests.Live;

/// <summary>A service that goes away, and an empty one at the beginning.</summary>
public sealed class LostTests(TheBrowser browser)
{
    [Fact]
    public async Task The_first_thing_of_an_empty_fleet_and_a_service_that_is_started_again()
    {
        await using var silo = await SiloProcess.Start(("Presence:Grace", "1h"), ("Notifications:TimeZone", "Asia/Tokyo"));
        await FleetPage.Visit(browser, silo, async page =>
        {
            await Expect(page.Verdict).ToHaveTextAsync("Nothing has connected yet.");
            await Expect(page.Section("empty")).ToContainTextAsync($"mosquitto_sub -h 127.0.0.1 -p {silo.MqttPort} -i test-1 -t x");
            await Expect(page.Section("empty")).ToContainTextAsync("An MQTT client on this machine");
            await Expect(page.Section("empty")).ToContainTextAsync("start it with --lan");
            await Expect(page.Section("empty")).ToContainTextAsync($"{silo.Http.BaseAddress}events");
            await Expect(page.Section("empty")).Not.ToContainTextAsync("Tasmota", new() { IgnoreCase = true });
            await Expect(page.Section("empty").Locator("code")).ToHaveCountAsync(3);
            await page.Photograph("empty");
            await page.ShouldBeAccessible("empty");

            await silo.Connects("test-1");
            await Expect(page.Section("empty")).ToBeHiddenAsync();
            await Expect(page.Verdict).ToHaveTextAsync("All 1 connected.");
            await silo.Drops("test-1");
            var clock = page.Row("grace", "test-1").Locator("[data-runs]").First;
            await FleetPage.Runs(clock);

            (await silo.Terminate()).ShouldBe(0, silo.AllOutput);
            await page.IsLost();
            await Expect(page.Section("lost")).ToContainTextAsync("Live updates are lost. Retrying.");
            await Expect(page.Page).ToHaveTitleAsync("(?) updates lost - IoTOrleans");
            await Expect(page.Section("trust")).ToHaveTextAsync(FleetPage.Like(@"^Nothing heard since \d\d:\d\d\.$"));
            var stands = await clock.InnerTextAsync();
            var told = page.Section("lost").GetByRole(AriaRole.Status);
            await Expect(told).ToHaveTextAsync("Live updates are lost. Retrying.");

            // It grows over several tries to connect.
            var first = await LostFor(page);
            var ago = first;
            while (ago < first + 5)
            {
                await FleetPage.Runs(page.Section("lost"));
                var next = await LostFor(page);
                next.ShouldBeGreaterThanOrEqualTo(ago, "nothing was heard meanwhile");
                ago = next;
            }

            await Expect(told).ToHaveTextAsync("Live updates are lost. Retrying.");
            (await clock.InnerTextAsync()).ShouldBe(stands, "a clock that ran on would claim what nobody knows");
            await page.Photograph("lost");

            await silo.Run();
            await page.IsLive();
            await Expect(page.Section("lost")).ToBeHiddenAsync();
            await Expect(page.Section("trust")).ToContainTextAsync("storage ok");
            await FleetPage.Runs(page.Row("grace", "test-1").Locator("[data-runs]").First);
            await silo.Connects("test-1");
            await Expect(page.Verdict).ToContainTextAsync("All 1 connected.");
            page.ForgiveLostConnections();
        });
    }

    private static async Task<int> LostFor(FleetPage page) => int.Parse(
        Regex.Match(await page.Section("lost").InnerTextAsync(), @"(\d+) s ago").Groups[1].Value, CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_page_that_was_opened_while_the_service_starts_shows_the_fleet_when_it_has()
    {
        await using var silo = await SiloProcess.Start(("Presence:Grace", "1h"));
        await silo.Connects("a", "b");
        await FleetPage.Visit(browser, silo, async page =>
        {
            await Expect(page.Verdict).ToHaveTextAsync("All 2 connected.");
            await silo.Kill();
            await page.IsLost();
            await silo.Run();
            await page.IsLive();

            // It was killed, so the things are counted anew.
            await Expect(page.Verdict).ToContainTextAsync("All 2 connected.");
            page.ForgiveLostConnections();
        });
    }
}
