using System.Security.Cryptography;

namespace IoTOrleans.Notifications.Webhook;

/// <summary>The symmetric signature of Standard Webhooks 1.0.0 (docs/notifications.md).</summary>
internal sealed class WebhookSignature
{
    private const string Prefix = "whsec_";

    private readonly byte[] _key;

    /// <param name="setting">Where <paramref name="secret"/> was read.</param>
    public WebhookSignature(string setting, string secret)
    {
        try
        {
            _key = secret.StartsWith(Prefix, StringComparison.Ordinal)
                ? Convert.FromBase64String(secret[Prefix.Length..])
                : Encoding.UTF8.GetBytes(secret);
        }
        catch (FormatException)
        {
            _key = [];
        }

        if (_key.Length == 0)
            throw new StartupException($"{setting}: after whsec_ there must be base64, for example what `openssl rand -base64 32` prints.");
    }

    public void Sign(HttpRequestMessage request, string id, DateTimeOffset now, ReadOnlySpan<byte> body)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(HMACSHA256.HashData(_key, signed))}");
    }
}
