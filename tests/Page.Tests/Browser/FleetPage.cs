using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace IoTOrleans.Page.Tests.Browser;

/// <summary>The page as somebody has it open, and what the browser complained of meanwhile.</summary>
internal sealed class FleetPage
{
    private const string Pictures = "PAGE_SCREENSHOTS";

    private readonly ConcurrentQueue<string> _complaints = new();

    private FleetPage(IPage page)
    {
        Page = page;
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") _complaints.Enqueue($"{message.Text} ({message.Location})");
        };
    }

    public IPage Page { get; }

    public ILocator Root => Page.Locator("html");

    public ILocator Verdict => Page.Locator("#verdict");

    public ILocator Search => Page.Locator("#things input[type=search]");

    public ILocator Panel => Page.Locator("#thing");

    /// <summary>Opens it and does something there. Whatever the browser complained of fails the test, a breach of the page's policy above all.</summary>
    /// <param name="query">As in the address, with its question mark.</param>
    /// <param name="live">Whether it says that it is live before the test goes on.</param>
    public static async Task Visit(
        TheBrowser browser, SiloProcess silo, Func<FleetPage, Task> then, string query = "", Look? look = null, bool live = true)
    {
        var context = await (await browser.Get()).NewContextAsync((look ?? Look.Plain).Options);
        await using var closing = context;
        context.SetDefaultTimeout(30_000);
        var page = new FleetPage(await context.NewPageAsync());
        try
        {
            await page.Page.GotoAsync(new Uri(silo.Http.BaseAddress!, $"/{query}").ToString());
            if (live) await page.IsLive();
            await then(page);
            page._complaints.ShouldBeEmpty();
        }
        catch (Exception)
        {
            await page.Photograph($"failed-{TestContext.Current.TestMethod?.MethodName}");
            throw;
        }
    }

    public Task IsLive() => Expect(Root).ToHaveAttributeAsync("data-live", "yes");

    public Task IsLost() => Expect(Root).ToHaveAttributeAsync("data-live", "lost");

    public ILocator Section(string id) => Page.Locator($"#{id}");

    public ILocator Rows(string section) => Page.Locator($"#{section} tbody tr[data-thing]");

    public ILocator Row(string section, string thing) => Page.Locator(
        $"#{section} tr[data-thing=\"{thing.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"]");

    public async Task<IReadOnlyList<string>> Names(string section) =>
        await Rows(section).EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.thing)");

    /// <summary>The service was stopped on purpose: that the browser could not reach it is no complaint.</summary>
    public void ForgiveLostConnections() => Forgive("net::ERR_", "503 (Service Unavailable)");

    /// <summary>A test has tried what the page's policy forbids.</summary>
    public void ForgiveTrustedTypes() => Forgive("TrustedHTML");

    /// <summary>The browser writes down every answer that is an error, also one that the page has asked for on purpose.</summary>
    public void ForgiveAnswer(int status) => Forgive($"status of {status}");

    private void Forgive(params string[] what)
    {
        var others = _complaints.Where(complaint => !what.Any(part => complaint.Contains(part, StringComparison.Ordinal))).ToList();
        _complaints.Clear();
        others.ForEach(_complaints.Enqueue);
    }

    /// <summary>A whole picture of it, for people; into the folder that <c>PAGE_SCREENSHOTS</c> names, else none.</summary>
    public async Task Photograph(string name)
    {
        if (Environment.GetEnvironmentVariable(Pictures) is not { Length: > 0 } folder) return;
        await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }

    public async Task ShouldBeAccessible(string how)
    {
        var result = await Page.RunAxe(new AxeRunOptions());
        result.Violations.SelectMany(violation => violation.Nodes.Select(node => $"{violation.Id}: {node.Html}")).ShouldBeEmpty(how);
        result.Passes.Length.ShouldBeGreaterThan(10, "axe has looked");
    }

    /// <summary>Nothing has to be scrolled sideways to be read.</summary>
    public async Task ShouldFitTheWidth() =>
        (await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0);

    /// <summary>Waits until this text has changed by itself.</summary>
    public static async Task Runs(ILocator clock)
    {
        var before = await clock.InnerTextAsync();
        await Expect(clock).Not.ToHaveTextAsync(before);
    }

    public static Regex Like(string pattern) => new(pattern, RegexOptions.None);
}
