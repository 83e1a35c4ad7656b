using IoTOrleans.Page.Tests.Browser;
using IoTOrleans.Page.Tests.Fleets;

namespace IoTOrleans.Page.Tests.Looks;

/// <summary>The same ten things in light and dark, on a desk and on a phone, in English and Japanese; axe looks at each.</summary>
public sealed class LooksTests(TheBrowser browser, HomeFleet fleet) : IClassFixture<HomeFleet>
{
    [Theory]
    [InlineData("light", "")]
    [InlineData("light-thing", "?thing=greenhouse-3")]
    [InlineData("light-mutes", "?mutes=")]
    [InlineData("dark", "")]
    [InlineData("dark-thing", "?thing=gate-cam")]
    [InlineData("dark-mutes", "?mutes=")]
    [InlineData("phone", "")]
    [InlineData("phone-thing", "?thing=greenhouse-3")]
    [InlineData("phone-mutes", "?mutes=")]
    [InlineData("japanese", "?lang=ja")]
    [InlineData("japanese-thing", "?lang=ja&thing=greenhouse-3")]
    [InlineData("japanese-phone", "?lang=ja")]
    public Task Everybody_can_read_it(string name, string query) => FleetPage.Visit(
        browser, fleet.Silo,
        async page =>
        {
            await Expect(page.Row("offline", "greenhouse-3")).ToBeVisibleAsync();
            await Expect(page.Row("grace", "freezer-2")).ToBeVisibleAsync();
            await Expect(page.Row("recovering", "gate-cam")).ToBeVisibleAsync();
            await Expect(page.Rows("things")).Not.ToHaveCountAsync(0);
            if (query.Contains("thing=", StringComparison.Ordinal)) await Expect(page.Panel.Locator("ol li").First).ToBeVisibleAsync();
            if (query.Contains("mutes", StringComparison.Ordinal)) await Expect(page.Section("mutes").Locator("form")).ToBeVisibleAsync();
            await page.ShouldFitTheWidth();
            await page.Photograph(name);
            await page.ShouldBeAccessible(name);
        },
        query, LookOf(name));

    /// <summary>Not by the colours alone: each state has its word, and its shape.</summary>
    [Fact]
    public Task Every_state_has_a_word_and_a_shape_of_its_own() => FleetPage.Visit(browser, fleet.Silo, async page =>
    {
        var shapes = new HashSet<string>();
        foreach (var (thing, status, word) in new[]
        {
            ("greenhouse-3", "offline", "Offline"), ("freezer-2", "grace", "In grace"), ("gate-cam", "recovering", "Recovering"),
            ("boiler", "connected", "Connected"),
        })
        {
            var row = page.Row("things", thing);
            await Expect(row).ToHaveAttributeAsync("data-status", status);
            await Expect(row).ToContainTextAsync(word);
            shapes.Add(await row.Locator(".shape").First.EvaluateAsync<string>(
                "shape => { const s = getComputedStyle(shape); return [s.borderRadius, s.borderStyle, s.clipPath, s.maskImage, s.backgroundImage, s.borderWidth].join(); }"));
        }

        shapes.Count.ShouldBe(4, string.Join('\n', shapes));
    });

    [Fact]
    public Task It_is_dark_where_people_want_it_dark() => FleetPage.Visit(
        browser, fleet.Silo,
        async page => (await Lightness(page)).ShouldBeLessThan(80),
        look: LookOf("dark"));

    [Fact]
    public Task It_is_light_elsewhere() =>
        FleetPage.Visit(browser, fleet.Silo, async page => (await Lightness(page)).ShouldBeGreaterThan(200));

    [Fact]
    public Task In_Japanese_no_English_is_left() => FleetPage.Visit(
        browser, fleet.Silo,
        async page =>
        {
            await Expect(page.Root).ToHaveAttributeAsync("lang", "ja");
            await Expect(page.Verdict).ToContainTextAsync("オフライン");
            await Expect(page.Section("grace").Locator("h2")).ToContainTextAsync("猶予中");
            await Expect(page.Section("recovering").Locator("h2")).ToContainTextAsync("復帰確認中");
            await Expect(page.Row("things", "boiler")).ToContainTextAsync("接続中");
            await Expect(page.Panel.Locator("ol li").First).ToBeVisibleAsync();
            var text = await page.Page.Locator("main").InnerTextAsync();
            foreach (var word in new[] { "Offline", "In grace", "Recovering", "Connected", "away", "Mute", "since", "told", "offline.", "thing." })
                text.ShouldNotContain(word, Case.Sensitive);
        },
        "?lang=ja&thing=greenhouse-3");

    private static Look LookOf(string name) => name switch
    {
        _ when name.Contains("phone", StringComparison.Ordinal) => Look.Phone,
        _ when name.StartsWith("dark", StringComparison.Ordinal) => new(Dark: true),
        _ => Look.Plain,
    };

    private static Task<int> Lightness(FleetPage page) => page.Page.EvaluateAsync<int>("""
        () => {
          const canvas = document.createElement("canvas").getContext("2d");
          const background = [document.body, document.documentElement].map(node => getComputedStyle(node).backgroundColor)
            .find(colour => !/0\)$/.test(colour)) ?? "white";
          canvas.fillStyle = background;
          canvas.fillRect(0, 0, 1, 1);
          return Math.round([...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).reduce((sum, part) => sum + part) / 3);
        }
        """);
}
