using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Amazon.DynamoDBv2;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Telemetry;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>
/// Several silos on DynamoDB share one fleet: real processes, the emulator's tables, a webhook that remembers what it was told.
/// </summary>
public sealed class ClusterTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_silo_takes_in_the_other_one_shows()
    {
        await using var cluster = await Cluster.Start(("Presence:Grace", "1h"));
        var (a, b) = (await cluster.AddSilo(), await cluster.AddSilo());

        await Cluster.Post(a, "rpi-1", connected: true);
        (await b.Status("rpi-1")).ShouldBe("connected");
        await Cluster.Post(b, "rpi-1", connected: false);
        (await a.Status("rpi-1")).ShouldBe("grace");

        using var forgotten = await a.Http.DeleteAsync("/devices/rpi-1", Cancel);
        forgotten.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await b.Status("rpi-1")).ShouldBeNull();
        await Measured(a, b);
    }

    /// <summary>What silos say to each other is measured, and their addresses, which are new at each start, make no series.</summary>
    private static async Task Measured(SiloProcess a, SiloProcess b)
    {
        Scrape[] scrapes = [];
        await a.Until(
            async () =>
            {
                scrapes = [await Read(a), await Read(b)];
                return scrapes.All(one => one.Sum("orleans_messaging_sent_messages_size_bytes_count") > 0
                    && one.Sum("orleans_messaging_pings_sent_total") > 0);
            },
            "pings");
        foreach (var value in scrapes.SelectMany(one => one.Samples).SelectMany(sample => sample.Labels.Values))
            new[] { a.SiloPort, b.SiloPort }.ShouldEachBe(port => !value.Contains($":{port}", StringComparison.Ordinal), value);
        scrapes.Sum(one => one.Sum("iot_orleans_dynamodb_consumed_total", ("kind", "write"))).ShouldBeGreaterThan(0);
        scrapes.Count(one => one.Types.ContainsKey("iot_orleans_things")).ShouldBeLessThanOrEqualTo(1, "one fleet");

        static async Task<Scrape> Read(SiloProcess silo) => new(await silo.Http.GetStringAsync("/metrics", Cancel));
    }

    [Fact]
    public async Task A_page_at_one_silo_sees_what_the_other_takes_in_and_goes_on_there_when_its_own_stops()
    {
        await using var cluster = await Cluster.Start(("Presence:Grace", "1h"));
        var (a, b) = (await cluster.AddSilo(), await cluster.AddSilo());
        await Cluster.PostAll(a, Names(20), connected: true);
        await using var page = await FleetStream.Open(b);

        await Cluster.Post(a, "thing-3", connected: false);
        await page.UntilRow("thing-3", "grace");
        await Cluster.Post(b, "thing-4", connected: false);
        await page.UntilRow("thing-4", "grace");

        // An open stream does not hold up the stop.
        var exit = b.Terminate();
        await page.Ended;
        (await exit).ShouldBe(0, b.AllOutput);
        await Cluster.Post(a, "thing-3", connected: true);
        await using var again = await FleetStream.GoOn(page, a);
        await again.UntilRow("thing-4", "grace");
        await again.Until(reader => reader.Counts.GetProperty("complete").GetBoolean(), "the fleet to be counted");
        again.Reader.Counts.GetProperty("total").GetInt32().ShouldBe(20);
        await again.UntilRow("thing-3", null);
    }

    [Fact]
    public async Task A_silo_that_dies_within_grace_loses_no_notification_and_makes_no_false_one()
    {
        await using var cluster = await Cluster.Start(("Presence:Grace", "15s"));
        var (dies, lives) = (await cluster.AddSilo(), await cluster.AddSilo());
        var things = Names(60);
        await Cluster.PostAll(dies, things, connected: true);
        await Cluster.PostAll(lives, things, connected: false);

        await dies.Kill();
        await Cluster.PostAll(lives, things[40..], connected: true);

        await lives.Until(() => cluster.Told("device.offline").Count() >= 40, "40 notifications", TimeSpan.FromMinutes(4));
        await Settled();
        var told = cluster.Told("device.offline").ToList();
        told.Select(notification => notification.Thing).Distinct().Order()
            .ShouldBe(things[..40].Order(), "each that stayed away, and no other");
        told.Distinct().Count().ShouldBe(40, "a repeat is the same outage");
        foreach (var thing in things[40..]) (await lives.Status(thing)).ShouldBe("connected");
    }

    [Fact]
    public async Task A_silo_that_died_is_one_line_in_the_log_of_the_other()
    {
        await using var cluster = await Cluster.Start(("Presence:Grace", "1h"));
        var (dies, lives) = (await cluster.AddSilo(), await cluster.AddSilo());
        var things = Names(60);
        await Cluster.PostAll(lives, things, connected: true);
        var before = lives.Output.Count;

        await dies.Kill();
        for (var i = 0; i < 20; i++)
        {
            using var refused = await lives.Post(things.Select(thingName => new { thingName, connected = false }).ToList());
        }

        await Cluster.PostAll(lives, things, connected: false);
        await lives.Until(
            () => lives.Output.Any(line => line.Contains("has died", StringComparison.Ordinal)), "word of it", TimeSpan.FromMinutes(2));
        await Settled();
        var lines = lives.Output.Skip(before).ToList();
        lines.Count(line => line.Contains($"The silo 127.0.0.1:{dies.SiloPort} of this cluster has died", StringComparison.Ordinal))
            .ShouldBe(1, lives.AllOutput);
        foreach (var line in lines)
        {
            line.ShouldNotContain("   at ");
            foreach (var theirs in new[] { "Orleans.", "Polly" }) line.ShouldNotMatch($"(warn|fail|crit): {theirs}", lives.AllOutput);
        }

        lines.Count.ShouldBeLessThan(6, lives.AllOutput);
    }

    [Fact]
    public async Task A_silo_that_leaves_has_not_died()
    {
        await using var cluster = await Cluster.Start(("Presence:Grace", "1h"));
        var (leaves, stays) = (await cluster.AddSilo(), await cluster.AddSilo());
        (await leaves.Terminate()).ShouldBe(0);
        await Cluster.Post(stays, "rpi-1", connected: true);
        await Settled();
        stays.HasNoLineWith("has died");
    }

    [Fact]
    public async Task A_rolling_restart_under_events_loses_nothing_repeats_nothing_and_tells_nothing_false()
    {
        await using var cluster = await Cluster.Start(("Presence:Grace", "6s"));
        var (first, second) = (await cluster.AddSilo(), await cluster.AddSilo());
        var away = new List<string>();
        var blips = new List<string>();

        await Round("before", second);
        (await first.Terminate()).ShouldBe(0, first.AllOutput);
        await Round("one gone", second);
        await first.Run();
        await Round("back", first);
        (await second.Terminate()).ShouldBe(0, second.AllOutput);
        await Round("other gone", first);
        await second.Run();
        await Round("after", second);

        await second.Until(
            () => cluster.Told("device.offline").Count() >= away.Count, $"{away.Count} notifications", TimeSpan.FromMinutes(3));
        await Settled();
        cluster.Told("device.offline").Select(notification => notification.Thing).Order().ShouldBe(away.Order());
        foreach (var thing in blips) (await second.Status(thing)).ShouldBe("connected");

        async Task Round(string name, SiloProcess silo)
        {
            var things = Names(10, $"{name} ");
            await Cluster.PostAll(silo, things, connected: true);
            await Cluster.PostAll(silo, things, connected: false);
            await Cluster.PostAll(silo, things[5..], connected: true);
            away.AddRange(things[..5]);
            blips.AddRange(things[5..]);
        }
    }

    [Fact]
    public async Task Without_its_tables_and_without_leave_to_create_them_it_says_so_in_one_line()
    {
        var dynamo = await DynamoDBLocal.Get();
        var (exitCode, output) = await SiloProcess.Fail(
            [.. Storage(dynamo, "Missing"), ("Storage:DynamoDB:CreateTables", "false")]);
        exitCode.ShouldBe(1, output);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.ShouldContain("Storage:Provider=DynamoDB: The DynamoDB table Missing");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("")]
    public async Task A_second_silo_on_the_port_of_the_first_is_refused_and_the_first_goes_on(string address)
    {
        await using var cluster = await Cluster.Start(("Orleans:Endpoints:AdvertisedIPAddress", address));
        var first = await cluster.AddSilo();
        var port = first.SiloPort.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var (exitCode, output) = await cluster.FailToAddSilo(("Orleans:Endpoints:SiloPort", port));

        exitCode.ShouldBe(1, output);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.ShouldContain(
            $"Orleans:Endpoints:SiloPort={port}: the port is taken by the process {first.ProcessId} (dotnet). "
            + "Stop it, or set Orleans:Endpoints:SiloPort to a free port: each silo on a host needs its own.");
        await Cluster.Post(first, "rpi-1", connected: true);
        (await first.Status("rpi-1")).ShouldBe("connected");
    }

    /// <summary>A silo on this host that shares what it stores with all others of the same table prefix.</summary>
    internal static (string Setting, string Value)[] Storage(DynamoDBLocal dynamo, string prefix) =>
    [
        ("Storage:Provider", "DynamoDB"), ("Storage:DynamoDB:TablePrefix", prefix), ("Events:Mqtt:Listen:Port", "0"),
        ("Events:Http:Enabled", "true"),
        ("Orleans:Endpoints:AdvertisedIPAddress", "127.0.0.1"), ("AWS_ENDPOINT_URL_DYNAMODB", dynamo.Endpoint.ToString()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local"),
    ];

    internal static AmazonDynamoDBClient Client(DynamoDBLocal dynamo) => new(
        "local", "local", new AmazonDynamoDBConfig { ServiceURL = dynamo.Endpoint.ToString(), AuthenticationRegion = "us-east-1" });

    private static string[] Names(int count, string prefix = "thing-") => [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i}")];

    /// <summary>Processes run on real time: long enough for a false notification, or a second one, to show itself.</summary>
    private static Task Settled() => Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, Cancel);

    private sealed class Cluster(DynamoDBLocal dynamo, string prefix, (string, string)[] settings) : IAsyncDisposable
    {
        private readonly List<SiloProcess> _silos = [];
        private readonly ConcurrentQueue<JsonElement> _told = new();
        private HttpStub _webhook = null!;

        public static async Task<Cluster> Start(params (string, string)[] settings)
        {
            var cluster = new Cluster(await DynamoDBLocal.Get(), Fauxqs.NewName(), settings);
            cluster._webhook = await HttpStub.Start((request, _) =>
            {
                cluster._told.Enqueue(JsonElement.Parse(request.Text));
                return Task.FromResult(new StubAnswer(204));
            });
            return cluster;
        }

        public IEnumerable<(string Thing, string OutageId)> Told(string happened) => _told
            .Where(body => body.GetProperty("event").GetString() == happened)
            .Select(body => (body.GetProperty("thingName").GetString()!, body.GetProperty("outageId").GetString()!));

        public async Task<SiloProcess> AddSilo()
        {
            var silo = await SiloProcess.Start(Settings());
            _silos.Add(silo);
            return silo;
        }

        public Task<(int ExitCode, string Output)> FailToAddSilo(params (string, string)[] others) =>
            SiloProcess.Fail([.. Settings(), .. others]);

        private (string, string)[] Settings() =>
        [
            .. Storage(dynamo, prefix), ("Presence:RecoveryHold", "0s"), ("Presence:SettleTime", "1s"),
            ("Notifications:Webhook:Url", _webhook.Address.ToString()), ("Notifications:Webhook:Collapse", "false"), .. settings,
        ];

        public static Task Post(SiloProcess silo, string thing, bool connected) => PostAll(silo, [thing], connected);

        public static Task PostAll(SiloProcess silo, string[] things, bool connected) => silo.PostUntilTaken(
            things.Select(thingName => new { thingName, connected, timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() })
                .ToList());

        public async ValueTask DisposeAsync()
        {
            foreach (var silo in _silos) await silo.DisposeAsync();
            await _webhook.DisposeAsync();
        }
    }
}
