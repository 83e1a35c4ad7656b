using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Processes;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>A new installation takes in a fleet that has been there for years.</summary>
public sealed class ImportTests
{
    /// <summary>A page of names, which is asked about again after a crash.</summary>
    private const int Page = 1000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_names_survive_a_kill_of_the_service_and_none_is_taken_twice()
    {
        await using var shadows = await IotDataStub.Start();
        var gone = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).AddDays(-40);
        var names = Enumerable.Range(0, 10_000).Select(n => $"pump-{n:d5}").ToList();
        foreach (var (n, name) in names.Index())
        {
            if (n % 5 != 4) shadows.Put(name, connected: n % 5 < 3, gone, 7);
        }

        await using var silo = await SiloProcess.Start(
            ("Presence:Grace", "1h"), ("Events:Mqtt:Listen:Port", "0"), ("Verify:With", "shadow"), ("Verify:MaxPerSecond", "2000"),
            ("AWS_REGION", Fauxqs.Region), ("AWS_ACCESS_KEY_ID", IotDataStub.AccessKey), ("AWS_SECRET_ACCESS_KEY", IotDataStub.SecretKey),
            ("AWS_ENDPOINT_URL_IOT_DATA_PLANE", shadows.Endpoint.ToString()));
        using var client = Client(silo, string.Concat(names.Select(name => $"{{\"thingName\":\"{name}\",\"version\":1}}\n")));
        var progress = client.StandardError.ReadToEndAsync(Cancel);
        var summary = client.StandardOutput.ReadToEndAsync(Cancel);
        await silo.Until(() => shadows.Requests.Count > 3500, "a third of the questions", TimeSpan.FromMinutes(3));
        await silo.Kill();
        var askedBefore = shadows.Requests.Count;
        askedBefore.ShouldBeLessThan(9000, "it was killed in the midst of it");
        await silo.Run();

        await client.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(4), Cancel);
        client.ExitCode.ShouldBe(0, await progress);
        (await summary).Trim().ShouldBe("10,000 things: 6,000 connected, 2,000 offline, 2,000 unknown.");
        (await progress).ShouldContain(" of 10,000: ");
        (await progress).ShouldContain("Waiting until it runs again");

        // Of the page that was under way those may be asked about again of which nothing had been stored.
        var asked = shadows.Requests.CountBy(request => request.Path).ToList();
        asked.Count.ShouldBe(10_000);
        asked.Sum(thing => thing.Value).ShouldBeLessThanOrEqualTo(10_000 + Page);

        foreach (var (status, remainders) in (IEnumerable<(string, int[])>)[("connected", [0, 1, 2]), ("grace", [3]), ("unknown", [4])])
        {
            var listed = await List(silo, status);
            listed.ShouldBe(names.Index().Where(name => remainders.Contains(name.Index % 5)).Select(name => name.Item), ignoreOrder: true);
        }

        foreach (var name in names.Where((_, n) => n % 101 == 0)) await WasTakenOnce(silo, name, gone);
        silo.Output.ShouldNotContain(line => line.StartsWith("[OFFLINE]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_is_answered_line_by_line_and_a_bad_one_takes_nothing()
    {
        await using var silo = await SiloProcess.Start(("Events:Mqtt:Listen:Port", "0"), ("Things:Exclude", "test-*"));
        using var bad = await Post(silo, "good\n{\"thingName\":7}\nalso good\n");
        bad.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await bad.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        problem.GetProperty("detail").GetString()!.ShouldContain("line 2");
        problem.GetProperty("errors")[0].GetProperty("line").GetInt32().ShouldBe(2);
        (await silo.Status("good")).ShouldBeNull();
        using var empty = await Post(silo, "\n\n");
        empty.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var form = await Post(silo, "good\n", "application/x-www-form-urlencoded");
        form.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        using var missing = await silo.Http.GetAsync("/import/none", Cancel);
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        using var taken = await Post(silo, "good\ntest-1\ngood\n");
        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var location = taken.Headers.Location!.OriginalString;
        location.ShouldMatch("^/import/[A-Za-z0-9_-]{22}$");
        await silo.Until(async () => (await State(silo, location)).GetProperty("state").GetString() == "done", "its end");
        (await silo.Http.GetStringAsync(location, Cancel))
            .ShouldBe("""{"state":"done","read":2,"asked":2,"connected":0,"offline":0,"unknown":2,"by":null}""");
        (await silo.Status("good")).ShouldBe("unknown");
        (await silo.Status("test-1")).ShouldBeNull();
        (await List(silo, "unknown")).ShouldBe(["good"]);

        // What is known of it now comes from its events.
        await silo.PostUntilTaken(new { thingName = "good", connected = true });
        (await silo.Status("good")).ShouldBe("connected");
    }

    [Fact]
    public async Task A_list_may_be_longer_than_any_other_body()
    {
        await using var silo = await SiloProcess.Start(("Events:Mqtt:Listen:Port", "0"), ("Storage:Provider", "Memory"));
        var list = string.Concat(Enumerable.Range(0, 60_000).Select(n => $"{{\"thingName\":\"pump-{n:d5}\"}}\n"));
        list.Length.ShouldBeGreaterThan(1024 * 1024);
        using var taken = await Post(silo, list);
        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await State(silo, taken.Headers.Location!.OriginalString)).GetProperty("read").GetInt32().ShouldBe(60_000);
    }

    [Fact]
    public async Task What_is_wrong_is_one_line_and_a_status_that_is_not_0()
    {
        await using var silo = await SiloProcess.Start(
            ("Events:Mqtt:Listen:Port", "0"), ("Storage:Provider", "Memory"), ("Auth:ApiKey", "0123456789abcdef"));
        (await Run(silo, "rpi-1\n")).ShouldSatisfyAllConditions(
            run => run.ExitCode.ShouldBe(1), run => run.Error.ShouldContain("Authorization: Bearer"));
        (await Run(silo, "rpi-1\n{}\n", "--Auth:ApiKey=0123456789abcdef")).ShouldSatisfyAllConditions(
            run => run.ExitCode.ShouldBe(1), run => run.Error.ShouldContain("line 2: There is no thingName"));
        (await Run(silo, "rpi-1\n", "--Auth:ApiKey=0123456789abcdef")).ShouldSatisfyAllConditions(
            run => run.ExitCode.ShouldBe(0), run => run.Output.Trim().ShouldBe("1 things: 0 connected, 0 offline, 1 unknown."));
        (await Run(silo, "rpi-1\n", "--url=http://127.0.0.1:1")).ShouldSatisfyAllConditions(
            run => run.ExitCode.ShouldBe(1), run => run.Error.ShouldContain("Is the service running there?"));
        using var hangsUp = new TcpListener(IPAddress.Loopback, 0);
        hangsUp.Start();
        var hangUp = HangUp(hangsUp);
        (await Run(silo, "rpi-1\n", $"--url=http://{hangsUp.LocalEndpoint}")).ShouldSatisfyAllConditions(
            run => run.ExitCode.ShouldBe(1), run => run.Error.ShouldContain("The import may have begun. Send the list again"));
        await hangUp;
        (await Run(silo, "rpi-1\n", "--grace=5m")).ShouldSatisfyAllConditions(
            run => run.ExitCode.ShouldBe(1), run => run.Error.Trim().ShouldBe("--grace: import takes --url and --Auth:ApiKey only."));
        (await Run(silo, "rpi-1\n", "--Auth:ApiKey=", "0123456789abcdef")).ShouldSatisfyAllConditions(
            run => run.ExitCode.ShouldBe(1), run => run.Error.Trim().ShouldStartWith("An argument that is no setting: import takes"));
    }

    /// <summary>A thing in the settings by its name: no import, no verifier, no event.</summary>
    [Fact]
    public async Task A_thing_that_a_policy_expects_is_told_once_and_closed_when_it_comes()
    {
        await using var silo = await SiloProcess.Start(
            ("Events:Mqtt:Listen:Port", "0"), ("Events:Http:Enabled", "true"), ("Presence:SettleTime", "1s"),
            ("Presence:Policies:0:Match", "freezer"), ("Presence:Policies:0:ExpectWithin", "1m"));
        await silo.UntilStatus("freezer", "unknown");
        await silo.Kill();
        await silo.Run();
        await silo.Until(() => silo.Printed("[NEVER SEEN] freezer") == 1, "its notification", TimeSpan.FromMinutes(3));
        await silo.PostUntilTaken(new { thingName = "freezer", connected = true });
        await silo.Until(() => silo.Printed("[SEEN] freezer") == 1, "its end");
        silo.Printed("[NEVER SEEN]").ShouldBe(1);
        (await silo.Status("freezer")).ShouldBe("connected");
    }

    private static async Task WasTakenOnce(SiloProcess silo, string name, DateTimeOffset gone)
    {
        var why = await silo.Http.GetFromJsonAsync<JsonElement>($"/devices/{name}/why", Cancel);
        var item = why.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        item.GetProperty("reason").GetString()!.ShouldStartWith("imported-");
        if (item.GetProperty("reason").GetString() != "imported-unknown")
            (await silo.Device(name)).GetProperty("since").GetDateTimeOffset().ShouldBe(gone);
    }

    private static async Task<List<string>> List(SiloProcess silo, string status)
    {
        var found = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await silo.Http.GetFromJsonAsync<JsonElement>($"/devices?status={status}&limit=1000&cursor={cursor}", Cancel);
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("thingName").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }

        return found;
    }

    private static Task<JsonElement> State(SiloProcess silo, string location) =>
        silo.Http.GetFromJsonAsync<JsonElement>(location, Cancel);

    private static Task<HttpResponseMessage> Post(SiloProcess silo, string list, string type = "application/x-ndjson")
    {
        var content = new StringContent(list, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return silo.Http.PostAsync("/import", content, Cancel);
    }

    /// <summary>Takes one request, and never answers it. It asks for the body: else the client would try again.</summary>
    private static async Task HangUp(TcpListener listener)
    {
        using var connection = await listener.AcceptTcpClientAsync(Cancel);
        var stream = connection.GetStream();
        var read = new byte[4096];
        await stream.ReadAtLeastAsync(read, 1, cancellationToken: Cancel);
        await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), Cancel);
        await stream.ReadAtLeastAsync(read, 1, cancellationToken: Cancel);
    }

    private static async Task<(int ExitCode, string Output, string Error)> Run(SiloProcess silo, string list, params string[] arguments)
    {
        using var client = Client(silo, list, arguments);
        var (output, error) = (client.StandardOutput.ReadToEndAsync(Cancel), client.StandardError.ReadToEndAsync(Cancel));
        await client.WaitForExitAsync(Cancel).WaitAsync(SiloProcess.Patience, Cancel);
        return (client.ExitCode, await output, await error);
    }

    /// <summary>The command as a user pipes a list into it.</summary>
    private static Process Client(SiloProcess silo, string list, params string[] arguments)
    {
        var start = SiloProgram.In(Path.GetTempPath(), new Dictionary<string, string>());
        start.RedirectStandardInput = true;
        start.ArgumentList.Add("import");
        if (!arguments.Any(argument => argument.StartsWith("--url", StringComparison.Ordinal)))
            start.ArgumentList.Add($"--url=http://127.0.0.1:{silo.HttpPort}");
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var client = Process.Start(start)!;
        client.StandardInput.Write(list);
        client.StandardInput.Close();
        return client;
    }
}
