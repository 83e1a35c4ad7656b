using System.Globalization;
using System.Net;
using System.Text;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Smtp;

namespace IoTOrleans.Notifications.Tests.Http;

/// <summary>A receiver that repeats what it was sent teaches no secret to who reads the log, the history or the answer of a test.</summary>
public sealed class EchoedSecretsTests
{
    private const string Secret = "Hunter2/+ä&secret";

    public static TheoryData<string, string, string> Receivers => new()
    {
        { "webhook", "", "Secret=s3cr3t-of-webhook;Headers:X-Token=header-t0ken;Headers:Authorization=Basic b3BzOnBhc3N3b3Jk" },
        { "webhook", "hooks/path-t0ken-123?key=query-k3y&other=b%2Fc-d3f", "" },
        { "slack", "services/T0123ABC/B0123ABC/xyzXYZ0123456789abcdefgh", "" },
        { "ntfy", "", "Topic=topic-0123456789;Token=tk_0123456789abcdef" },
        { "pagerduty", "hook", "RoutingKey=0123456789abcdef0123456789abcdef" },
        { "alertmanager", "", "Token=t0ken-of-alertmanager" },
    };

    [Theory]
    [MemberData(nameof(Receivers))]
    public async Task What_a_receiver_repeats_of_our_secrets_is_masked(string kind, string path, string settings)
    {
        var padding = 0;
        await using var stub = await HttpStub.Start((request, _) => Task.FromResult(new StubAnswer(400, Repeat(request, padding))));
        var pairs = settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToList();
        await using var destination = Configured.As(
            kind, settings: [.. pairs.Select(pair => (pair[0], pair[1])), ("Url", stub.Address.ToString() + path)]);
        var secrets = pairs.Select(pair => pair[1].Split(' ')[^1])
            .Concat(path.Split('/', '?', '&', '=').Where(part => part.Any(char.IsDigit)).Select(Uri.UnescapeDataString))
            .Concat(settings.Contains("Basic", StringComparison.Ordinal) ? ["password"] : []).ToList();

        foreach (var cut in Enumerable.Range(0, 240))
        {
            padding = cut;
            var answer = await destination.Send(Sample.Offline);
            answer.Outcome.ShouldBe(DeliveryOutcome.Refused);
            foreach (var secret in secrets) ShouldNotTell(answer.Detail!, secret);
        }
    }

    /// <summary>Nobody but the receiver knows which part of a path is the secret.</summary>
    [Theory]
    [InlineData("webhook", "hooks/AbCdEfGhIj", "no AbCdEfGhIj, xAbCdEfGhIjx", "no ***, x***x")]
    [InlineData("webhook", "notify/tea", "Cannot POST /notify/tea, team", "Cannot POST /***/***, team")]
    [InlineData("slack", "services/TABCDEFGH/BABCDEFGH/ABCDEFGHIJ", "no ABCDEFGHIJ in TABCDEFGH/babcdefgh", "no *** in ***/***")]
    public async Task Every_part_of_a_path_that_a_receiver_repeats_is_masked(string kind, string path, string says, string told)
    {
        await using var stub = await HttpStub.Start(new StubAnswer(400, says));
        await using var destination = Configured.As(kind, settings: ("Url", stub.Address.ToString() + path));
        (await destination.Send(Sample.Offline)).Detail.ShouldBe($"HTTP 400: {told}");
    }

    [Theory]
    [InlineData("535 5.7.8 no such user {0}")]
    [InlineData("535 5.7.8 {0}")]
    public async Task What_a_mail_server_repeats_of_the_password_is_masked(string says)
    {
        string[] forms = [Secret, Uri.EscapeDataString(Secret), Base64(Secret), Base64($"\0ops\0{Secret}"), Base64($"ops:{Secret}")];
        foreach (var form in forms)
        {
            await using var server = new SmtpStub(
                line => line.StartsWith("AUTH", StringComparison.Ordinal) ? string.Format(CultureInfo.InvariantCulture, says, form) : null,
                "AUTH PLAIN");
            await using var destination = Configured.As("smtp", settings:
            [
                ("Host", "127.0.0.1"), ("Port", server.Port.ToString(CultureInfo.InvariantCulture)), ("Tls", "none"),
                ("From", "iot@example.net"), ("To", "ops@example.net"), ("Username", "ops"), ("Password", Secret),
            ]);
            var answer = await destination.Send(Sample.Offline);
            answer.Outcome.ShouldBe(DeliveryOutcome.Refused);
            ShouldNotTell(answer.Detail!, form);
        }
    }

    [Fact]
    public async Task A_password_in_an_address_of_somebody_else_is_masked_and_the_rest_is_kept()
    {
        await using var stub = await HttpStub.Start(new StubAnswer(400, "cannot reach https://ops:pw@db.example/x for channel 7"));
        await using var destination = Configured.As("webhook", settings: ("Url", stub.Address.ToString()));
        (await destination.Send(Sample.Offline)).Detail.ShouldBe("HTTP 400: cannot reach https://***@db.example/x for channel 7");
    }

    /// <summary>No part of it that is worth anything, also where the text was cut.</summary>
    private static void ShouldNotTell(string detail, string secret)
    {
        detail.ShouldNotContain(secret);
        var most = Math.Max(4, secret.Length / 2);
        for (var length = most; length < secret.Length; length++) detail.ShouldNotEndWith(secret[..length]);
    }

    private static string Repeat(RecordedRequest request, int padding)
    {
        var said = string.Join(' ', request.Headers.Where(header => header.Key is not ("Host" or "User-Agent" or "Content-Type" or
            "Content-Length" or "traceparent")).Select(header => $"{header.Value} {Uri.EscapeDataString(header.Value.ToString())}")
            .Concat([WebUtility.UrlDecode(request.Target), request.Target, request.Text]));
        return new string('.', padding) + said;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
