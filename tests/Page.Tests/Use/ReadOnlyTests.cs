using IoTOrleans.Page.Tests.Browser;
using IoTOrleans.Page.Tests.Fleets;

namespace IoTOrleans.Page.Tests.Use;

/// <summary>With keys set: the page asks for one, and who may only read sees no button that would fail.</summary>
public sealed class ReadOnlyTests(TheBrowser browser)
{
    private const string Key = "a-key-that-may-write-things";
    private const string ReadOnlyKey = "a-key-that-may-only-read";

    [Fact]
    public async Task Whoever_may_only_read_sees_everything_and_no_button_that_would_fail()
    {
        await using var silo = await SiloProcess.Start(
            ("Auth:ApiKey", Key), ("Auth:ReadOnlyKey", ReadOnlyKey), ("Presence:Grace", "1s"), ("Presence:SettleTime", "1s"),
            ("Presence:RecoveryHold", "1s"));
        silo.Http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        await silo.Connects("door-1", "door-2");
        await silo.Went(TimeSpan.FromMinutes(3), "door-3");
        await silo.UntilStatus("door-3", "offline");

        await FleetPage.Visit(browser, silo, async page =>
        {
            await Expect(page.Panel.Locator("ol li").First).ToBeVisibleAsync();
            await Expect(page.Section("mutes")).ToContainTextAsync("Nothing is muted.");
            await Expect(page.Section("offline").GetByRole(AriaRole.Link, new() { Name = "Why" })).Not.ToHaveCountAsync(0);
            foreach (var role in new[] { AriaRole.Button, AriaRole.Link })
                await Expect(page.Page.GetByRole(role, new() { NameRegex = FleetPage.Like("^(Mute( |$)|Unmute|Test|Forget|Policy|Set|End|send)") })).ToHaveCountAsync(0);
            await Expect(page.Page.Locator("form.new")).ToHaveCountAsync(0);
            await page.Photograph("read-only");
        }, "?thing=door-3&mutes=", new Look(Key: ReadOnlyKey));

        await FleetPage.Visit(browser, silo, async page =>
        {
            await Expect(page.Panel.GetByRole(AriaRole.Button, new() { Name = "Mute 1 h" })).ToBeVisibleAsync();
            await silo.Connects("door-3");
            await Expect(page.Section("back")).ToContainTextAsync("door-3");
        }, "?thing=door-3", new Look(Key: Key));
    }
}
