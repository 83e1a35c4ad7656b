using System.Text.Json;
using IoTOrleans.Page.Tests.Browser;
using IoTOrleans.Page.Tests.Fleets;

namespace IoTOrleans.Page.Tests.Use;

/// <summary>5,000 things of which 500 are away.</summary>
public sealed class ManyThings : IAsyncLifetime
{
    public const int All = 5_000;
    public const int Away = 500;

    public SiloProcess Silo { get; private set; } = null!;

    public static string Name(int number) => $"{(number < Away ? "tram" : "bus")}-{number:d4}";

    public async ValueTask InitializeAsync()
    {
        Silo = await SiloProcess.Start(
            ("Presence:Grace", "1s"), ("Presence:SettleTime", "1s"), ("Presence:Policies:0:Match", "tram-04*"),
            ("Presence:Policies:0:Grace", "1h"));
        var names = Enumerable.Range(0, All).Select(Name).ToArray();
        await Silo.Connects(names[Away..]);
        await Silo.Went(TimeSpan.FromMinutes(5), names[..Away]);
        await Silo.Until(
            async () => JsonElement.Parse(await Silo.Http.GetStringAsync("/fleet")) is var fleet
                && fleet.GetProperty("total").GetInt32() == All && fleet.GetProperty("offline").GetInt32() == Away - 100
                && fleet.GetProperty("grace").GetInt32() == 100,
            "all of them counted", TimeSpan.FromMinutes(2));
    }

    public ValueTask DisposeAsync() => Silo?.DisposeAsync() ?? default;
}

public sealed class ManyThingsTests(TheBrowser browser, ManyThings many) : IClassFixture<ManyThings>
{
    [Fact]
    public Task It_says_what_matters_and_lists_no_more_than_anybody_reads() => FleetPage.Visit(browser, many.Silo, async page =>
    {
        await Expect(page.Verdict).ToContainTextAsync("400 offline");
        await Expect(page.Page).ToHaveTitleAsync("(400) offline - IoTOrleans");
        await Expect(page.Rows("offline")).ToHaveCountAsync(200);
        await Expect(page.Section("offline")).ToContainTextAsync("200 more");
        await Expect(page.Rows("grace")).ToHaveCountAsync(100);
        await Expect(page.Rows("things")).ToHaveCountAsync(100);
        await page.Photograph("many");
        await page.ShouldBeAccessible("many");
    });

    [Fact]
    public Task Paging_shows_each_exactly_once() => FleetPage.Visit(browser, many.Silo, async page =>
    {
        var seen = new List<string>();
        var (next, previous) = (page.Section("things").Locator(".pages a[rel=next]"), page.Section("things").Locator(".pages a[rel=prev]"));
        var pages = 0;
        for (var last = false; !last; pages++)
        {
            // The service may give a page less than it holds, even nothing, and still have another.
            seen.AddRange(await Shown(page));
            last = await next.CountAsync() == 0;
            if (!last) await next.ClickAsync();
        }

        seen.Distinct().Count().ShouldBe(seen.Count);
        seen.ShouldEachBe(name => name.StartsWith("tram-", StringComparison.Ordinal));
        seen.Count.ShouldBe(ManyThings.Away);

        // And back again.
        for (; pages > 1; pages--)
        {
            await previous.ClickAsync();
            await Shown(page);
        }

        (await Shown(page)).ShouldBe(seen[..100], ignoreOrder: true);
    }, "?status=offline&status=grace");

    [Fact]
    public Task A_search_and_filters_are_in_the_address_and_counters_are_links() => FleetPage.Visit(browser, many.Silo, async page =>
    {
        await page.Verdict.GetByRole(AriaRole.Link, new() { Name = "100 in grace" }).ClickAsync();
        await Expect(page.Page).ToHaveURLAsync(FleetPage.Like(@"\?status=grace$"));
        await Expect(page.Row("things", "tram-0400")).ToBeVisibleAsync();
        await Expect(page.Rows("things")).ToHaveCountAsync(100);
        (await page.Names("things")).ShouldEachBe(name => name.StartsWith("tram-04", StringComparison.Ordinal));

        await page.Search.FillAsync("tram-041");
        await Expect(page.Rows("things")).ToHaveCountAsync(10);
        await Expect(page.Page).ToHaveURLAsync(FleetPage.Like("q=tram-041"));

        // The address is all that a colleague needs.
        await page.Page.ReloadAsync();
        await page.IsLive();
        await Expect(page.Rows("things")).ToHaveCountAsync(10);
        await Expect(page.Search).ToHaveValueAsync("tram-041");

        await page.Section("things").Locator("search a").Filter(new() { HasText = "all" }).ClickAsync();
        await page.Search.FillAsync("bus-4999");
        await Expect(page.Rows("things")).ToHaveCountAsync(1);
        await page.Row("things", "bus-4999").Locator(".tag").ClickAsync();
        await Expect(page.Page).ToHaveURLAsync(FleetPage.Like("attribute=site"));
        await Expect(page.Rows("things")).ToHaveCountAsync(1);
        await page.Search.FillAsync("bus-49");
        await Expect(page.Rows("things")).ToHaveCountAsync(100);
        await page.Search.FillAsync("nobody");
        await Expect(page.Section("things")).ToContainTextAsync("Nothing matches.");
    });

    [Fact]
    public Task A_change_among_thousands_is_seen_at_once() => FleetPage.Visit(browser, many.Silo, async page =>
    {
        await many.Silo.Connects("tram-0450");
        await Expect(page.Row("grace", "tram-0450")).ToHaveCountAsync(0);
        await Expect(page.Verdict).ToContainTextAsync("99 in grace");
        await many.Silo.Drops("tram-0450");
        await Expect(page.Verdict).ToContainTextAsync("100 in grace");
    });

    /// <summary>The names on this page, when all of its rows are there.</summary>
    private static async Task<IReadOnlyList<string>> Shown(FleetPage page)
    {
        var things = page.Section("things");
        await Expect(things).Not.ToHaveAttributeAsync("aria-busy", "true");
        var says = await things.Locator(".pages .sub").InnerTextAsync();
        await Expect(page.Rows("things")).ToHaveCountAsync(int.Parse(says.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
        return await page.Names("things");
    }
}
