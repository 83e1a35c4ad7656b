using IoTOrleans.Page.Tests.Browser;
using IoTOrleans.Page.Tests.Fleets;

namespace IoTOrleans.Page.Tests.Use;

/// <summary>What people do with one thing, with the mouse and without one.</summary>
public sealed class OneThingTests(TheBrowser browser, HomeFleet fleet) : IClassFixture<HomeFleet>
{
    [Fact]
    public Task A_click_opens_its_week_its_story_and_its_policy() => FleetPage.Visit(browser, fleet.Silo, async page =>
    {
        await page.Row("offline", "greenhouse-3").GetByRole(AriaRole.Link, new() { Name = "greenhouse-3", Exact = true }).ClickAsync();
        await Expect(page.Page).ToHaveURLAsync(FleetPage.Like("thing=greenhouse-3"));
        await Expect(page.Panel.Locator("h2")).ToHaveTextAsync("greenhouse-3");
        await Expect(page.Panel.Locator("svg").First).ToBeVisibleAsync();
        await Expect(page.Panel).ToContainTextAsync("Last 7 days");
        var log = page.Panel.Locator("ol li");
        await Expect(log.First).ToContainTextAsync("Told console.");
        await Expect(log.Filter(new() { HasText = "Dropped: connection lost. Its grace of 8 s began." })).ToHaveCountAsync(1);
        await Expect(log.Last).ToContainTextAsync("Connected");
        await Expect(page.Panel).ToContainTextAsync("default policy");
        await Expect(page.Row("offline", "greenhouse-3")).ToHaveAttributeAsync("aria-current", "true");

        // A link to the same thing where Orleans shows what it stores.
        var dashboard = page.Panel.GetByRole(AriaRole.Link, new() { Name = "Orleans Dashboard" });
        (await dashboard.GetAttributeAsync("href")).ShouldNotBeNull().ShouldContain("greenhouse-3");

        await page.Page.GoBackAsync();
        await Expect(page.Panel).ToBeHiddenAsync();
    });

    [Fact]
    public Task A_thing_is_forgotten_after_a_question() => FleetPage.Visit(browser, fleet.Silo, async page =>
    {
        await fleet.Silo.Connects("gone-soon");
        await Expect(page.Row("things", "gone-soon")).ToBeVisibleAsync();
        await page.Row("things", "gone-soon").GetByRole(AriaRole.Link).First.ClickAsync();
        await page.Panel.GetByRole(AriaRole.Button, new() { Name = "Forget…" }).ClickAsync();
        var question = page.Page.GetByRole(AriaRole.Dialog);
        await Expect(question).ToContainTextAsync("Forget gone-soon?");
        await question.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        (await fleet.Silo.Status("gone-soon")).ShouldBe("connected");

        await page.Panel.GetByRole(AriaRole.Button, new() { Name = "Forget…" }).ClickAsync();
        await question.GetByRole(AriaRole.Button, new() { Name = "Forget it" }).ClickAsync();
        await Expect(question).ToHaveCountAsync(0);
        (await fleet.Silo.Status("gone-soon")).ShouldBeNull();
        await Expect(page.Panel).ToBeHiddenAsync();

        // The panel may ask about it once more, when its row has gone.
        page.ForgiveAnswer(404);
    });

    [Fact]
    public Task A_test_notification_shows_what_each_destination_answered() => FleetPage.Visit(browser, fleet.Silo, async page =>
    {
        await page.Panel.GetByRole(AriaRole.Button, new() { Name = "Test…" }).ClickAsync();
        var question = page.Page.GetByRole(AriaRole.Dialog);
        await question.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(question).ToContainTextAsync("console: accepted.");
    }, "?thing=boiler");

    [Fact]
    public Task Its_policy_is_set_here() => FleetPage.Visit(browser, fleet.Silo, async page =>
    {
        await page.Panel.GetByRole(AriaRole.Button, new() { Name = "Policy…" }).ClickAsync();
        var grace = page.Panel.GetByLabel("grace", new() { Exact = false }).First;
        await grace.FillAsync("25m");
        await page.Panel.GetByRole(AriaRole.Button, new() { Name = "Set", Exact = true }).ClickAsync();
        await Expect(page.Panel).ToContainTextAsync("grace 25 min");
        await grace.FillAsync("soon");
        await page.Panel.GetByRole(AriaRole.Button, new() { Name = "Set", Exact = true }).ClickAsync();
        await Expect(page.Panel.Locator(".error")).ToContainTextAsync("soon");
        page.ForgiveAnswer(400);
    }, "?thing=heat-pump");

    /// <summary>Everything there is, without a mouse: the search, a thing, its button, and back to where one was.</summary>
    [Fact]
    public Task The_keyboard_is_enough() => FleetPage.Visit(browser, fleet.Silo, async page =>
    {
        var keyboard = page.Page.Keyboard;
        await Expect(page.Row("things", "doorbell")).ToBeVisibleAsync();
        await keyboard.PressAsync("/");
        await Expect(page.Search).ToBeFocusedAsync();
        await keyboard.TypeAsync("doorb");
        await Expect(page.Rows("things")).ToHaveCountAsync(1);
        var link = page.Row("things", "doorbell").GetByRole(AriaRole.Link).First;
        await TabTo(page, link);
        await keyboard.PressAsync("Enter");
        await Expect(page.Panel).ToContainTextAsync("Last 7 days");
        var test = page.Panel.GetByRole(AriaRole.Button, new() { Name = "Test…" });
        await TabTo(page, test);
        await keyboard.PressAsync("Enter");
        var question = page.Page.GetByRole(AriaRole.Dialog);
        var send = question.GetByRole(AriaRole.Button, new() { Name = "Send" });
        await TabTo(page, send);
        await keyboard.PressAsync("Enter");
        await Expect(question).ToContainTextAsync("console: accepted.");
        await keyboard.PressAsync("Escape");
        await Expect(question).ToHaveCountAsync(0);
        await Expect(test).ToBeFocusedAsync();
        await keyboard.PressAsync("Escape");
        await Expect(page.Panel).ToBeHiddenAsync();
        await Expect(link).ToBeFocusedAsync();
    });

    /// <summary>A name is text, in every place that shows it, whatever it looks like.</summary>
    [Fact]
    public Task A_name_that_is_markup_is_shown_and_not_run() => FleetPage.Visit(
        browser, fleet.Silo,
        async page =>
        {
            await Expect(page.Row("offline", HomeFleet.Hostile)).ToContainTextAsync(HomeFleet.Hostile);
            await Expect(page.Row("things", HomeFleet.Hostile)).ToContainTextAsync(HomeFleet.Hostile);
            await Expect(page.Panel.Locator("h2")).ToHaveTextAsync(HomeFleet.Hostile);
            await Expect(page.Panel.Locator("ol li").First).ToBeVisibleAsync();
            await page.Panel.GetByRole(AriaRole.Button, new() { Name = "Mute 1 h" }).ClickAsync();
            await page.Page.GetByRole(AriaRole.Link, new() { Name = "Mutes (1)" }).ClickAsync();
            await Expect(page.Section("mutes")).ToContainTextAsync(HomeFleet.Hostile);
            await page.Photograph("hostile");
            await page.Section("mutes").GetByRole(AriaRole.Button, new() { Name = "End" }).ClickAsync();
            await Expect(page.Section("mutes").Locator("tr[data-mute]")).ToHaveCountAsync(0);
            await page.Search.FillAsync("<img");
            await Expect(page.Rows("things")).ToHaveCountAsync(1);
            (await page.Page.Locator("main img").CountAsync()).ShouldBe(0);
            (await page.Page.TitleAsync()).ShouldContain("IoTOrleans");

            // And if somebody forgot: the browser itself lets no text become markup here.
            var refused = await page.Page.EvaluateAsync<string>(
                "() => { try { document.createElement('div').innerHTML = '<b>x</b>'; return 'taken'; } catch (error) { return error.name; } }");
            refused.ShouldBe("TypeError");
            page.ForgiveTrustedTypes();
        },
        $"?thing={Uri.EscapeDataString(HomeFleet.Hostile)}");

    /// <summary>The service refuses to watch such a name, and with it the whole stream.</summary>
    [Theory]
    [InlineData("late-1", "%0A")]
    [InlineData("late-2", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public Task An_address_with_a_name_that_cannot_be_costs_no_live_updates(string late, string name) => FleetPage.Visit(
        browser, fleet.Silo,
        async page =>
        {
            await Expect(page.Panel.Locator(".alarm")).ToBeVisibleAsync();
            await fleet.Silo.Connects(late);
            await Expect(page.Row("things", late)).ToBeVisibleAsync();
            await page.IsLive();
            page.ForgiveAnswer(400);
            page.ForgiveAnswer(404);
        },
        $"?thing={name}");

    private static async Task TabTo(FleetPage page, ILocator wanted)
    {
        for (var tabs = 0; tabs < 60; tabs++)
        {
            if (await wanted.EvaluateAsync<bool>("node => node === document.activeElement")) return;
            await page.Page.Keyboard.PressAsync("Tab");
        }

        throw new TimeoutException("Sixty times Tab did not lead there.");
    }
}
