using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json.Serialization;

namespace IoTOrleans.Notifications.Http;

/// <summary>
/// Posts JSON, and what else is sent once. Accepted means 2xx; redirects are not followed, because most of them turn a POST into a GET.
/// </summary>
internal sealed class HttpPoster(HttpTarget target, TimeProvider time)
{
    /// <summary>In bytes. More than is quoted.</summary>
    private const int MostRead = 800;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Every language stays readable in logs. The JSON is never part of a web page.</summary>
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public Task<DeliveryAnswer> Post<T>(T body, CancellationToken cancellationToken) =>
        Post(JsonSerializer.SerializeToUtf8Bytes(body, Readable), _ => { }, cancellationToken);

    public Task<DeliveryAnswer> Post(byte[] json, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken) => Send(
        HttpMethod.Post,
        request =>
        {
            request.Content = new ByteArrayContent(json);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            prepare(request);
        },
        cancellationToken);

    public Task<DeliveryAnswer> Send(HttpMethod method, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken) =>
        TimeLimit.Apply(target.Timeout, time, target.Url.Authority,
        async token =>
        {
            using var request = RequestTo(method);
            prepare(request);
            using var client = NewClient();
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
            return await AnswerTo(response, token);
        },
        e => DeliveryAnswer.Failed($"{target.Url.Authority}: {e.GetBaseException().Message}"), cancellationToken,
        canceled: $"{target.Url.Authority} could not be reached within {ConnectTimeout.TotalSeconds:0.#} s.");

    /// <summary>A new connection for each request: a kept one may be closing, and the notification would be a minute late.</summary>
    private static HttpClient NewClient()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseDrainSize = 64 * 1024,
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private HttpRequestMessage RequestTo(HttpMethod method)
    {
        var request = new HttpRequestMessage(method, target.Url);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("IoTOrleans", null));
        foreach (var (name, value) in target.Headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private async Task<DeliveryAnswer> AnswerTo(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = $"HTTP {(int)response.StatusCode}";
        return (int)response.StatusCode switch
        {
            >= 200 and < 300 => DeliveryAnswer.Accepted(status),
            >= 300 and < 400 => DeliveryAnswer.Failed($"{status}: redirects are not followed; set {target.Setting} to where it leads."),
            408 or 429 => DeliveryAnswer.Failed(status) with { RetryAfter = RetryAfter(response) },
            >= 400 and < 500 => DeliveryAnswer.Refused(status + await BeginningOf(response, cancellationToken)),
            _ => DeliveryAnswer.Failed(status + await BeginningOf(response, cancellationToken)) with { RetryAfter = RetryAfter(response) },
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } wait } when wait > TimeSpan.Zero => wait,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };

    /// <summary>As much of the body as a person would read, however much the receiver sends.</summary>
    private async Task<string> BeginningOf(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[MostRead];
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            var said = target.Secrets.Quote(Encoding.UTF8.GetString(buffer, 0, length), isCut: length == buffer.Length);
            return said.Length == 0 ? "" : $": {said}";
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status alone decides.
            return "";
        }
    }
}

/// <param name="Setting">Where the address was read, for messages to people.</param>
/// <param name="Url">It may hold a token in path or query, so it is never logged.</param>
internal sealed record HttpTarget(
    string Setting, Uri Url, IReadOnlyDictionary<string, string> Headers, TimeSpan Timeout, SecretMask Secrets)
{
    /// <exception cref="StartupException">It cannot work. The message does not repeat the address: it may hold a token.</exception>
    public static Uri Parse(string setting, string? address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new StartupException($"{setting} is not an address: say all of it, for example https://example.net/hooks/iot.");
        if (url.UserInfo.Length > 0)
        {
            throw new StartupException(
                $"{setting} holds a user name or password, which would not be sent: "
                + "use a secret, a token or a header beside it, or a token in the path.");
        }

        return url;
    }
}
