using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Services;
using IoTOrleans.Testing.Smtp;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>
/// The program itself with one destination of each kind (SNS: AwsWireTests), each of them as strict as its documentation.
/// </summary>
public sealed class DestinationsTests
{
    private readonly AlertmanagerService _alertmanager = new(TimeProvider.System);
    private bool _refuses;

    [Fact]
    public async Task Every_kind_hears_of_a_test_of_an_outage_and_of_its_end()
    {
        await using var services = await HttpStub.Start((request, _) => Task.FromResult(Answer(request)));
        await using var mail = new SmtpStub();
        await using var silo = await SiloProcess.Start(Settings(services.Address, mail.Port));

        using var test = await silo.Http.PostAsync("/notifications/test", null);
        var answers = (await test.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("destinations").EnumerateArray()
            .ToDictionary(a => a.GetProperty("destination").GetString()!, a => a.GetProperty("outcome").GetString());
        answers.Keys.ShouldBe(["alerts", "chat", "hook", "mail", "page", "push", "terminal"], ignoreOrder: true);
        answers.Values.ShouldEachBe(outcome => outcome == "accepted", silo.AllOutput);
        test.StatusCode.ShouldBe(HttpStatusCode.OK);
        _alertmanager.Firing.ShouldBe(1);

        (await silo.Post(new { thingName = "rpi-1", connected = false })).Dispose();
        await silo.UntilStatus("rpi-1", "offline");
        await silo.Until(
            () => mail.Mails.Count == 2 && _alertmanager.Firing == 2 && Of(services, "/v2/enqueue") == 3, "everybody to be told");
        (await silo.Post(new { thingName = "rpi-1", connected = true })).Dispose();
        await silo.Until(
            () => mail.Mails.Count == 3 && _alertmanager.Firing == 1 && Of(services, "/v2/enqueue") == 4, "everybody to be told of the end");
        await silo.Until(() => Of(services, "/hook") == 3 && Of(services, "/chat") == 3 && silo.Printed("[BACK]") == 1, "the rest, too");

        // SendResolved=false.
        Of(services, "/").ShouldBe(2);
    }

    [Fact]
    public async Task One_that_refuses_is_seen_from_outside_and_nobody_learns_its_address_there()
    {
        _refuses = true;
        await using var services = await HttpStub.Start((request, _) => Task.FromResult(Answer(request)));
        await using var mail = new SmtpStub();
        await using var silo = await SiloProcess.Start(Settings(services.Address, mail.Port));

        (await silo.Post(new { thingName = "rpi-1", connected = false })).Dispose();
        await silo.Until(() => mail.Mails.Count == 1, "a mail");
        await silo.Until(async () => (await silo.Http.GetStringAsync("/health/ready")).Contains("chat has refused", StringComparison.Ordinal),
            "degraded health");

        using var health = await silo.Http.GetAsync("/health/ready");
        health.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await health.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString().ShouldBe("Degraded");
        await silo.Says("chat refused device.offline of rpi-1");
        await silo.Says("action_prohibited");
        silo.HasNoLineWith("/chat");
    }

    /// <summary>As on a disk that is full, or with a standard output that is closed.</summary>
    [Fact]
    public async Task A_console_that_takes_nothing_is_an_answer_of_the_test_and_no_error_of_ours()
    {
        await using var silo = SiloProcess.BeginUnder(["bash", "-c", "exec \"$@\" >/dev/full", "bash"], ("Events:Mqtt:Listen:Port", "0"));
        await silo.Until(async () =>
        {
            try
            {
                using var ready = await silo.Http.GetAsync("/health/ready");
                return ready.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "it to be ready");
        using var test = await silo.Http.PostAsync("/notifications/test", null);
        test.StatusCode.ShouldBe(System.Net.HttpStatusCode.BadGateway);
        (await test.Content.ReadAsStringAsync()).ShouldContain("failed");
    }

    private static int Of(HttpStub services, string path) => services.Requests.Count(request => request.Path == path);

    private static (string, string)[] Settings(Uri services, int smtpPort) =>
    [
        ("Presence:Grace", "1s"), ("Presence:SettleTime", "0"), ("Presence:RecoveryHold", "0"), ("Storage:Provider", "Memory"),
        .. Destination("chat", "slack", ("Url", services + "chat")),
        .. Destination("push", "ntfy", ("Url", services.ToString()), ("Topic", "t"), ("SendResolved", "false")),
        .. Destination("page", "pagerduty", ("Url", services + "v2/enqueue"), ("RoutingKey", "0123456789abcdef0123456789abcdef")),
        .. Destination("alerts", "alertmanager", ("Url", services.ToString())),
        .. Destination("hook", "webhook", ("Url", services + "hook"), ("Headers:X-Token", "secret")),
        .. Destination("terminal", "console"),
        .. Destination(
            "mail", "smtp", ("Host", "127.0.0.1"), ("Port", smtpPort.ToString(CultureInfo.InvariantCulture)), ("Tls", "none"),
            ("From", "iot@example.net"), ("To", "ops@example.net"), ("RateLimit", "0")),
    ];

    private static IEnumerable<(string, string)> Destination(string name, string type, params (string Setting, string Value)[] more) =>
        more.Prepend(("Type", type)).Select(pair => ($"Notifications:Destinations:{name}:{pair.Item1}", pair.Item2));

    private StubAnswer Answer(RecordedRequest request) => request.Path switch
    {
        "/chat" when _refuses => new StubAnswer(403, "action_prohibited"),
        "/chat" => SlackService.Answer(request),
        "/" => NtfyService.Answer(request),
        "/v2/enqueue" => PagerDutyService.Answer(request),
        "/hook" => new StubAnswer(request.Headers.GetValueOrDefault("X-Token") == "secret" ? 204 : 401),
        _ => _alertmanager.Answer(request),
    };
}
