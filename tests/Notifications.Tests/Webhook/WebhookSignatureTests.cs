using System.Security.Cryptography;
using System.Text;
using IoTOrleans.Settings;
using IoTOrleans.Notifications.Webhook;

namespace IoTOrleans.Notifications.Tests.Webhook;

public sealed class WebhookSignatureTests
{
    private static readonly DateTimeOffset SentAt = DateTimeOffset.FromUnixTimeSeconds(1614265330);

    // The example that the public test suites of Standard Webhooks share.
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const string Body = """{"test": 2432232314}""";

    [Fact]
    public void It_is_the_one_of_the_Standard_Webhooks_test_suites() =>
        Sign(Secret).ShouldBe(("1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));

    [Fact]
    public void A_secret_without_prefix_is_the_key_itself()
    {
        var expected = HMACSHA256.HashData("my secret"u8, Encoding.UTF8.GetBytes($"{Id}.1614265330.{Body}"));

        Sign("my secret").Signature.ShouldBe("v1," + Convert.ToBase64String(expected));
    }

    [Theory]
    [InlineData("whsec_")]
    [InlineData("whsec_not base64!")]
    public void After_the_prefix_there_must_be_base64(string secret) =>
        Should.Throw<StartupException>(() => new WebhookSignature("Notifications:Webhook:Secret", secret)).Message
            .ShouldBe("Notifications:Webhook:Secret: after whsec_ there must be base64, "
                + "for example what `openssl rand -base64 32` prints.");

    private static (string Timestamp, string Signature) Sign(string secret)
    {
        using var request = new HttpRequestMessage();
        new WebhookSignature("s", secret).Sign(request, Id, SentAt, Encoding.UTF8.GetBytes(Body));
        return (Header("webhook-timestamp"), Header("webhook-signature"));

        string Header(string name) => request.Headers.GetValues(name).Single();
    }
}
