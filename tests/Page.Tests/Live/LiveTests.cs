using IoTOrleans.Page.Tests.Browser;
using IoTOrleans.Page.Tests.Fleets;
using IoTOrleans.Testing.Mqtt;

namespace IoTOrleans.Page.Tests.Live;

/// <summary>What happens while somebody looks, without a reload.</summary>
public sealed class LiveTests(TheBrowser browser, HomeFleet fleet) : IClassFixture<HomeFleet>
{
    private SiloProcess Silo => fleet.Silo;

    [Fact]
    public Task A_thing_goes_away_and_comes_back_before_your_eyes() => FleetPage.Visit(browser, Silo, async page =>
    {
        await Silo.Connects("pump-1");
        await Expect(page.Verdict).ToContainTextAsync("connected");
        var offline = await Number(page, "offline");
        await Silo.Drops("pump-1");
        var grace = page.Row("grace", "pump-1");
        await Expect(grace).ToHaveAttributeAsync("data-status", "grace");
        await Expect(grace).ToContainTextAsync("tells you in");
        await Expect(grace).ToContainTextAsync("Connection lost");
        await FleetPage.Runs(grace.Locator("[data-runs]").First);

        var away = page.Row("offline", "pump-1");
        await Expect(away).ToContainTextAsync("console");
        await Expect(page.Section("grace").Locator("tr[data-thing='pump-1']")).ToHaveCountAsync(0);
        await Expect(page.Verdict).ToContainTextAsync($"{offline + 1} offline");
        await Expect(page.Page).ToHaveTitleAsync($"({offline + 1}) offline - IoTOrleans");
        await FleetPage.Runs(away.Locator(".away"));
        await page.Photograph("live-offline");

        await Silo.Connects("pump-1");
        await Expect(page.Row("recovering", "pump-1")).ToContainTextAsync("closes the outage in");
        await Expect(page.Section("recovering").Locator("tr[data-thing='pump-1']")).ToHaveCountAsync(0);
        await Expect(page.Section("offline").Locator("tr[data-thing='pump-1']")).ToHaveCountAsync(0);
        await Expect(page.Section("back")).ToContainTextAsync("pump-1");
        await Expect(page.Page).ToHaveTitleAsync($"({offline}) offline - IoTOrleans");
    });

    /// <summary>A real client whose plug is pulled: its clock, who was told, its return.</summary>
    [Fact]
    public Task A_real_MQTT_client_goes_away_and_comes_back() => FleetPage.Visit(browser, Silo, async page =>
    {
        var mosquitto = MosquittoClient.Subscribe(Silo.MqttPort, "-i", "meter-1", "-k", "60");
        try
        {
            await Silo.UntilStatus("meter-1", "connected");
            mosquitto.Kill();
            await Expect(page.Row("grace", "meter-1")).ToContainTextAsync("Connection lost");
            await Expect(page.Row("offline", "meter-1")).ToContainTextAsync("console");
            await FleetPage.Runs(page.Row("offline", "meter-1").Locator(".away"));
            Silo.Printed("[OFFLINE] meter-1").ShouldBe(1, Silo.AllOutput);
            await page.Photograph("live-mqtt");
        }
        finally
        {
            mosquitto.Dispose();
        }

        using (MosquittoClient.Subscribe(Silo.MqttPort, "-i", "meter-1", "-k", "60"))
        {
            await Expect(page.Row("recovering", "meter-1")).ToBeVisibleAsync();
            await Expect(page.Section("back")).ToContainTextAsync("meter-1");
            await Silo.Until(() => Silo.Printed("[BACK] meter-1") == 1, "the notification of its return");
        }

        await Silo.UntilStatus("meter-1", "grace");
        using var forgotten = await Silo.Http.DeleteAsync("/devices/meter-1");
    });

    [Fact]
    public Task Rows_do_not_jump_under_the_pointer_and_new_ones_wait_behind_a_chip() => FleetPage.Visit(browser, Silo, async page =>
    {
        await page.Row("offline", "greenhouse-3").HoverAsync();
        var before = await page.Names("offline");
        await Silo.Went(TimeSpan.FromHours(1), "attic-sensor");
        var chip = page.Section("offline").Locator(".chip");
        await Expect(chip).ToHaveTextAsync("1 new – show");
        (await page.Names("offline")).ShouldBe(before);
        await chip.ClickAsync();
        await Expect(page.Row("offline", "attic-sensor")).ToBeVisibleAsync();
        (await page.Names("offline")).Where(name => name != "old-camera").First().ShouldBe("attic-sensor", "it has been away longest");
        await Expect(chip).ToBeHiddenAsync();
        await Silo.Connects("attic-sensor");
    });

    [Fact]
    public Task A_thing_that_is_muted_is_shown_and_nobody_is_told_until_it_is_unmuted() => FleetPage.Visit(browser, Silo, async page =>
    {
        await page.Panel.GetByRole(AriaRole.Button, new() { Name = "Mute 1 h" }).ClickAsync();
        await Expect(page.Section("mutes")).ToBeHiddenAsync();
        await Expect(page.Panel).ToContainTextAsync("Muted until");
        await Silo.Went(TimeSpan.FromMinutes(3), "hall-light");
        var row = page.Row("offline", "hall-light");
        await Expect(row).ToContainTextAsync("muted");
        await Expect(row).ToContainTextAsync("until");
        await Expect(row.GetByRole(AriaRole.Button, new() { Name = "Unmute" })).ToBeVisibleAsync();
        Silo.Printed("[OFFLINE] hall-light").ShouldBe(0);

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Mutes (1)" }).ClickAsync();
        await Expect(page.Section("mutes")).ToContainTextAsync("hall-light");
        await page.Photograph("mutes");
        await page.Panel.GetByRole(AriaRole.Button, new() { Name = "Unmute" }).ClickAsync();
        await Expect(page.Section("mutes")).ToContainTextAsync("Nothing is muted.");
        await Expect(row).Not.ToContainTextAsync("muted");
        await Silo.Connects("hall-light");
    }, "?thing=hall-light");

    /// <summary>Whoever types the address that a notification names gets a form, and nothing happens before a click.</summary>
    [Fact]
    public Task A_link_asks_before_it_mutes() => FleetPage.Visit(browser, Silo, async page =>
    {
        await Expect(page.Panel).ToContainTextAsync("Mute shed-plug?");
        await Expect(page.Page.GetByRole(AriaRole.Link, new() { Name = "Mutes", Exact = true })).ToBeVisibleAsync();
        await page.Panel.GetByRole(AriaRole.Button, new() { Name = "Mute 8 h" }).First.ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Link, new() { Name = "Mutes (1)" })).ToBeVisibleAsync();
        await page.Panel.GetByRole(AriaRole.Button, new() { Name = "Unmute" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Link, new() { Name = "Mutes", Exact = true })).ToBeVisibleAsync();
    }, "?thing=shed-plug&mute=8h");

    [Fact]
    public Task A_link_to_mute_an_attribute_fills_in_the_form_and_filters_nothing() => FleetPage.Visit(browser, Silo, async page =>
    {
        var form = page.Section("mutes").Locator("form.new");
        await Expect(form.Locator("[name=name]")).ToHaveValueAsync("site");
        await Expect(form.Locator("[name=value]")).ToHaveValueAsync("north");
        await Expect(form.Locator("[name=end][value=back]")).ToBeCheckedAsync();
        await Expect(page.Row("things", "boiler")).ToBeVisibleAsync();
        await Expect(page.Row("things", "heat-pump")).ToBeVisibleAsync();
    }, "?mutes=attribute:site:north&mute=back");

    private static async Task<int> Number(FleetPage page, string status)
    {
        var text = await page.Verdict.Locator($"a.{status}").InnerTextAsync();
        return int.Parse(text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
