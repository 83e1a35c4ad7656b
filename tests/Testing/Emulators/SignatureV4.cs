using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using IoTOrleans.Testing.Http;

namespace IoTOrleans.Testing.Emulators;

/// <summary>
/// AWS Signature Version 4 worked out from what came over the wire, without the SDK: it tells whether AWS would take the request,
/// and under which service name and region it was signed.
/// </summary>
public sealed partial record SignatureV4(
    string AccessKey, string Date, string Region, string Service, string SignedHeaders, string Signature)
{
    /// <summary>What the request says of itself; null for an unsigned one.</summary>
    public static SignatureV4? Read(RecordedRequest request)
    {
        if (!request.Headers.TryGetValue("Authorization", out var header)) return null;
        var match = Authorization().Match(header);
        return match.Success
            ? new SignatureV4(
                match.Groups["key"].Value,
                match.Groups["date"].Value,
                match.Groups["region"].Value,
                match.Groups["service"].Value,
                match.Groups["headers"].Value,
                match.Groups["signature"].Value)
            : null;
    }

    public bool IsValid(RecordedRequest request, string secretKey)
    {
        var stringToSign = string.Join('\n', "AWS4-HMAC-SHA256", request.Headers["X-Amz-Date"], Scope, Hash(CanonicalRequest(request)));
        var key = new[] { Date, Region, Service, "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretKey), Hmac);
        return Convert.ToHexStringLower(Hmac(key, stringToSign)) == Signature;
    }

    private string Scope => $"{Date}/{Region}/{Service}/aws4_request";

    private string CanonicalRequest(RecordedRequest request)
    {
        // Every service but S3 signs the path escaped once more than it is sent.
        var path = string.Join('/', request.Path.Split('/').Select(Uri.EscapeDataString));
        var query = string.Join('&', request.Query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => $"{Reescape(pair[0])}={Reescape(pair.ElementAtOrDefault(1) ?? "")}")
            .Order(StringComparer.Ordinal));
        var headers = SignedHeaders.Split(';').Select(name => $"{name}:{Spaces().Replace(request.Headers[name].Trim(), " ")}\n");
        return string.Join('\n', request.Method, path, query, string.Concat(headers), SignedHeaders, Hash(request.Body.Span));
    }

    private static string Reescape(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text));

    private static string Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    [GeneratedRegex("^AWS4-HMAC-SHA256 Credential=(?<key>[^/]+)/(?<date>[0-9]{8})/(?<region>[^/]+)/(?<service>[^/]+)/aws4_request, ?" +
        "SignedHeaders=(?<headers>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$")]
    private static partial Regex Authorization();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
