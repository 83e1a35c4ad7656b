using System.Globalization;
using Deque.AxeCore.Playwright;
using IoTOrleans.Page.Tests.Browser;
using IoTOrleans.Testing.Emulators;
using Spectre.Console;

namespace IoTOrleans.Page;

/// <summary>The fleet page in Chromium, on real silos: how fast it is there, how heavy it is, how soon it shows a change, how a storm feels.</summary>
internal sealed class PageRun(PageOptions options, IBrowser browser)
{
    private const int Loads = 7;

    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly Table _table = new Table().MarkdownBorder().AddColumns("measured", "target", "result");

    public static async Task<int> Execute(PageOptions options)
    {
        await using var chromium = await Chromium.Launch();
        var run = new PageRun(options, chromium.Browser);
        if (options.Has("load")) await run.Load();
        if (options.Has("change")) await run.Change();
        if (options.Has("storm")) await run.Storm();

        // In a file or a pipe nobody wraps a table.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 200;
        AnsiConsole.Write(run._table);
        AnsiConsole.WriteLine(
            $"{options.Things:N0} things, {options.Away:N0} away; Chromium {chromium.Browser.Version}; {Environment.ProcessorCount} cores.");
        return 0;
    }

    private async Task Load()
    {
        Say($"load: {options.Things:N0} things, {options.Away:N0} of them away");
        await using var silo = await SiloProcess.Start(("Presence:Grace", "1s"), ("Presence:SettleTime", "1s"));
        await Fleet.Fill(silo, options.Things, options.Away);
        var (paints, lives, bytes, requests) = (new List<double>(), new List<double>(), 0L, 0);
        for (var load = 0; load < Loads; load++)
        {
            await using var context = await browser.NewContextAsync();
            var page = await context.NewPageAsync();
            var wire = await Wire.Tap(page);
            await Open(page, silo);
            await page.Locator("#things tbody tr[data-thing]").Nth(Math.Min(99, options.Things - 1)).WaitForAsync();
            lives.Add(await page.EvaluateAsync<double>("performance.now()"));
            paints.Add(await page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime"));

            // What comes after the first second of rest came because somebody waited, not because somebody opened the page.
            await page.WaitForTimeoutAsync(1000);
            (bytes, requests) = (Math.Max(bytes, wire.Bytes), wire.Requests);
            if (load > 0) continue;
            Row("axe violations", "0", (await page.RunAxe()).Violations.Length.ToString(CultureInfo.InvariantCulture));
        }

        Row("first contentful paint, cold cache", "≤ 1 s", Milliseconds(paints));
        Row("all rows on the screen", "", Milliseconds(lives));
        Row("over the wire before the first interaction", "≤ 100 KB", $"{bytes / 1000d:N1} KB in {requests} requests");
    }

    private async Task Change()
    {
        Say("change: two silos on DynamoDB Local, the page on one, the events on the other");
        var dynamo = await DynamoDBLocal.Get();
        (string, string)[] settings =
        [
            ("Storage:Provider", "DynamoDB"), ("Storage:DynamoDB:TablePrefix", Fauxqs.NewName()), ("Events:Mqtt:Listen:Port", "0"),
            ("Events:Http:Enabled", "true"), ("Orleans:Endpoints:AdvertisedIPAddress", "127.0.0.1"), ("Presence:Grace", "1h"),
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamo.Endpoint.ToString()), ("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ];
        await using var here = await SiloProcess.Start([.. settings, ("Presence:Policies:0:Match", "thing-*"), ("Presence:Policies:0:Grace", "1s")]);
        await using var there = await SiloProcess.Start([.. settings, ("Presence:Policies:0:Match", "thing-*"), ("Presence:Policies:0:Grace", "1s")]);
        await Fleet.Fill(there, options.Things, options.Away);
        await Fleet.Post(there, ["probe"], connected: true);
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await Open(page, here);
        await page.EvaluateAsync("""
            () => {
              window.changes = [];
              const see = () => {
                const away = document.querySelector("#grace tr[data-thing=probe]:not([data-gone])") !== null;
                if (away !== changes.at(-1)?.away) changes.push({ away, at: Date.now() });
              };
              see();
              new MutationObserver(see).observe(document.querySelector("#grace"), { childList: true, subtree: true, attributes: true });
            }
            """);
        var delays = new List<double>();
        for (var change = 0; change < options.Changes; change++)
        {
            // Not in step with the stream's seconds.
            await page.WaitForTimeoutAsync(700 + (change * 137 % 1000));
            var posted = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            await Fleet.Post(there, ["probe"], connected: change % 2 == 1);
            await page.WaitForFunctionAsync("seen => changes.length >= seen", change + 2);
            delays.Add(await page.EvaluateAsync<double>("changes.at(-1).at") - posted);
        }

        Row($"a change on another silo is visible after ({options.Changes} changes)", "≤ 2 s", Milliseconds(delays));
    }

    private async Task Storm()
    {
        Say($"storm: {options.Drops:N0} things drop");
        await using var silo = await SiloProcess.Start(("Presence:Grace", "10s"), ("Presence:SettleTime", "1s"));
        var names = Fleet.Names("storm", options.Drops);
        await Fleet.Post(silo, names, connected: true);
        await silo.Until(async () => await Fleet.Count(silo, "total") == options.Drops, "the fleet to be counted", TimeSpan.FromMinutes(10));
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        var wire = await Wire.Tap(page);
        await Open(page, silo);
        await page.WaitForTimeoutAsync(3000);
        await page.EvaluateAsync("""
            () => {
              window.feel = { longest: 0, longTasks: 0, gap: 0 };
              new PerformanceObserver(list => {
                for (const task of list.getEntries()) { feel.longTasks++; feel.longest = Math.max(feel.longest, task.duration); }
              }).observe({ type: "longtask" });
            }
            """);
        var (began, before) = (TimeProvider.System.GetTimestamp(), wire.Bytes);
        await Fleet.Post(silo, names, connected: false);
        Say($"all have dropped after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:N0} s");
        await page.WaitForFunctionAsync(
            "n => document.title.startsWith(`(${n.toLocaleString('en-GB')}) offline`)", options.Drops, new() { Timeout = 600_000 });
        var took = TimeProvider.System.GetElapsedTime(began);
        Say($"the page counts all of them after {took.TotalSeconds:N0} s");
        await Fleet.Post(silo, names, connected: true);
        await page.WaitForFunctionAsync("() => !document.title.includes('offline')", null, new() { Timeout = 600_000 });
        var feel = (await page.EvaluateAsync("feel"))!.Value;
        Row($"longest long task, {options.Drops:N0} drops and returns", "< 200 ms",
            $"{feel.GetProperty("longest").GetDouble():N0} ms ({feel.GetProperty("longTasks").GetInt32()} over 50 ms)");
        var apart = wire.Distances.OrderBy(distance => distance.Seconds).ToList();
        Row("frames of the stream", "≤ 1 a second",
            $"{apart.Count / apart.Sum(distance => distance.Seconds):N2} a second; smallest distances {string.Join(", ", apart.Take(6))}");
        Row("over the wire during the storm", "", $"{(wire.Bytes - before) / 1000d:N0} KB");
    }

    private static async Task Open(IPage page, SiloProcess silo)
    {
        page.SetDefaultTimeout(60_000);
        await page.GotoAsync(silo.Http.BaseAddress!.ToString(), new() { WaitUntil = WaitUntilState.Commit });
        await page.WaitForSelectorAsync("html[data-live=yes]");
    }

    private void Row(string what, string target, string result)
    {
        _table.AddRow(Markup.Escape(what), target, Markup.Escape(result));
        Say($"  {what}: {result}");
    }

    private void Say(string what) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(_began).TotalSeconds,6:0.0} s  {what}"));

    private static string Milliseconds(List<double> values)
    {
        values.Sort();
        return $"median {values[values.Count / 2]:N0} ms, worst {values[^1]:N0} ms";
    }
}
