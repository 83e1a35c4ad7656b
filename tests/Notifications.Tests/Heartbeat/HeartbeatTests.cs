using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Heartbeat;
using IoTOrleans.Settings;
using IoTOrleans.Testing;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Services;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace IoTOrleans.Notifications.Tests.Heartbeat;

/// <summary>The recipes of docs/heartbeat.md, each against a server that answers as its service documents, and the settings.</summary>
public sealed class HeartbeatTests
{
    private const string Reason = "iot-orleans is blind: look at the queue.";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", Reason)]
    public async Task Healthchecks(string method, string said)
    {
        const string uuid = "5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278";
        var service = new HealthchecksService(uuid, new WatchedTime());
        await Recipe(service, said, ("Url", $"/{uuid}"), ("FailUrl", $"/{uuid}/fail"), ("Method", method));
    }

    [Fact]
    public Task Uptime_Kuma() => Recipe(new UptimeKumaService("eUnrYcMrQF"), "blind",
        ("Url", "/api/push/eUnrYcMrQF?status=up&msg=OK"), ("FailUrl", "/api/push/eUnrYcMrQF?status=down&msg=blind"));

    [Fact]
    public Task Gatus() => Recipe(new GatusService("home_iot-orleans", "potato-token"), "blind",
        ("Url", "/api/v1/endpoints/home_iot-orleans/external?success=true"),
        ("FailUrl", "/api/v1/endpoints/home_iot-orleans/external?success=false&error=blind"),
        ("Method", "post"), ("BearerToken", "potato-token"));

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", Reason)]
    public Task Better_Stack(string method, string said) => Recipe(new BetterStackService("7Gk2nnYZ"), said,
        ("Url", "/api/v1/heartbeat/7Gk2nnYZ"), ("FailUrl", "/api/v1/heartbeat/7Gk2nnYZ/fail"), ("Method", method));

    [Fact]
    public async Task What_is_not_accepted_says_why_and_no_secret()
    {
        await using var server = await HttpStub.Start(
            new StubAnswer(401, "potato-token is not the token of /ping/abcdef123456"),
            new StubAnswer(302) { Headers = new Dictionary<string, string> { ["Location"] = "/elsewhere" } });
        var heartbeat = Create(
            ("Url", new Uri(server.Address, "/ping/abcdef123456").ToString()), ("BearerToken", "potato-token"), ("Method", "POST"));

        (await heartbeat.Ping(Cancel)).ShouldBe(DeliveryAnswer.Refused("HTTP 401: *** is not the token of /ping/***"));
        (await heartbeat.Ping(Cancel)).Detail.ShouldBe(
            "HTTP 302: redirects are not followed; set Notifications:Heartbeat:Url to where it leads.");
        server.Requests.Count.ShouldBe(2);
        server.Requests.ShouldEachBe(request => request.Text.Length == 0 && request.Path == "/ping/abcdef123456");
        heartbeat.Terms.CanFail.ShouldBeFalse();
    }

    [Theory]
    [InlineData("/api/push/AbCdEfGhIj?status=up", "no AbCdEfGhIj at /api/push/AbCdEfGhIj", "no *** at /api/push/***")]
    [InlineData("/api/push/abcdefghij", "abcdefghij is not active", "*** is not active")]
    [InlineData("/ping/kyRGUoYWmIzKVkZ2xXbzcw/greenhouse", "/ping/kyRGUoYWmIzKVkZ2xXbzcw/greenhouse: 404", "/ping/***/***: 404")]
    [InlineData("/hooks/tea/iot", "iot: no hook of Tea, but of the team", "***: no hook of ***, but of the team")]
    public async Task Whatever_a_server_repeats_of_the_path_is_masked(string path, string says, string told)
    {
        await using var server = await HttpStub.Start(new StubAnswer(404, says));
        var heartbeat = Create(("Url", "https://h.example/"), ("FailUrl", new Uri(server.Address, path).ToString()));
        (await heartbeat.Fail(Reason, Cancel)).ShouldBe(DeliveryAnswer.Refused($"HTTP 404: {told}"));
    }

    [Fact]
    public async Task A_token_in_a_file_is_read_each_time()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "first-token\n", Cancel);
            await using var server = await HttpStub.Start(new StubAnswer(200));
            var heartbeat = Create(("Url", server.Address.ToString()), ("BearerTokenFile", file));
            await heartbeat.Ping(Cancel);
            await File.WriteAllTextAsync(file, "second-token\n", Cancel);
            await heartbeat.Ping(Cancel);
            File.Delete(file);
            var answer = await heartbeat.Ping(Cancel);

            answer.Outcome.ShouldBe(DeliveryOutcome.Failed);
            answer.Detail.ShouldNotBeNull().ShouldStartWith($"Notifications:Heartbeat:BearerTokenFile={file} cannot be read");
            server.Requests.Select(request => request.Headers["Authorization"]).ShouldBe(["Bearer first-token", "Bearer second-token"]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("Url=hc-ping.com/x",
        "Notifications:Heartbeat:Url is not an address: say all of it, for example https://example.net/hooks/iot.")]
    [InlineData("Url=https://h.example/;Method=PUT", "Notifications:Heartbeat:Method=PUT: say one of Get, Post.")]
    [InlineData("Url=https://h.example/;BearerToken=a;BearerTokenFile=/dev/null",
        "Notifications:Heartbeat:BearerToken and Notifications:Heartbeat:BearerTokenFile are both set: keep one of them.",
        "Notifications:Heartbeat:BearerTokenFile=/dev/null is empty: write the secret into it.")]
    [InlineData("Url=https://h.example/;BearerToken=ключ",
        "Notifications:Heartbeat:BearerToken may hold printable ASCII only: copy it again.")]
    [InlineData("Url=https://h.example/;BearerTokenFile=to\0ken",
        "Notifications:Heartbeat:BearerTokenFile=to\0ken cannot be read (Null character in path. (Parameter 'path')): "
            + "let this user read it, or name another file.")]
    [InlineData("Url=https://h.example/;BearerTokenFile=~nobody/token",
        "Notifications:Heartbeat:BearerTokenFile=~nobody/token: only a shell expands ~nobody; say the whole path.")]
    [InlineData("FailUrl=https://h.example/fail",
        "Notifications:Heartbeat:FailUrl is set, but Notifications:Heartbeat:Url is not: set that, too, or leave both out.")]
    [InlineData("Url=x;FailUrl=y;Method=z",
        "Notifications:Heartbeat:Method=z: say one of Get, Post.",
        "Notifications:Heartbeat:Url is not an address: say all of it, for example https://example.net/hooks/iot.",
        "Notifications:Heartbeat:FailUrl is not an address: say all of it, for example https://example.net/hooks/iot.")]
    public void What_is_wrong_is_said_all_at_once(string settings, params string[] mistakes)
    {
        var reader = Reader([.. settings.Split(';').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1]))]);
        HeartbeatSettings.From(reader);
        reader.Mistakes.ShouldBe(mistakes);
        reader.Unread("Notifications").ShouldBeEmpty();
    }

    /// <summary>Nobody should send more often than the services take.</summary>
    [Fact]
    public void Its_period_is_no_setting()
    {
        Create(("Url", "https://h.example/")).Terms.Every.ShouldBe(TimeSpan.FromMinutes(1));
        var reader = Reader(("Url", "https://h.example/"), ("Every", "1s"), ("EveryForTests", "1s"));
        HeartbeatSettings.From(reader);
        reader.Unread("Notifications").Order().ShouldBe(
            ["Notifications:Heartbeat:Every", "Notifications:Heartbeat:EveryForTests"]);
    }

    [Fact]
    public void Without_settings_there_is_none() => HeartbeatSettings.From(Reader()).ShouldBeNull();

    private static async Task Recipe(HeartbeatService service, string said, params (string Setting, string Value)[] settings)
    {
        await using var server = await HttpStub.Start((request, _) => Task.FromResult(service.Answer(request)));
        var heartbeat = Create([.. settings.Select(pair =>
            (pair.Setting, pair.Value.StartsWith('/') ? new Uri(server.Address, pair.Value).ToString() : pair.Value))]);

        (await heartbeat.Ping(Cancel)).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));
        (await heartbeat.Fail(Reason, Cancel)).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));
        service.Signs.Select(sign => sign.IsWell).ShouldBe([true, false]);
        service.Signs[1].Said.ShouldBe(said);
    }

    private static HttpHeartbeat Create(params (string Setting, string Value)[] settings)
    {
        var reader = Reader(settings);
        var read = HeartbeatSettings.From(reader).ShouldNotBeNull();
        reader.Mistakes.ShouldBeEmpty();
        return new(read, TimeProvider.System, NullLogger<HttpHeartbeat>.Instance);
    }

    private static SettingsReader Reader(params (string Setting, string Value)[] settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(
            pair => KeyValuePair.Create($"Notifications:Heartbeat:{pair.Setting}", (string?)pair.Value))).Build());
}
