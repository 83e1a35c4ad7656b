using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IoTOrleans.Notifications.Http;

/// <summary>
/// Posts JSON and says what the answer means. Done means 2xx; a redirect is not followed, because a POST does not survive most of them.
/// </summary>
internal sealed class HttpPoster(HttpTarget target, TimeProvider time)
{
    /// <summary>Readable in logs, whatever the language; none of it ever becomes part of a page.</summary>
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Names in snake_case, without nulls.</summary>
    public Task<DeliveryAnswer> Post<T>(T body, CancellationToken cancellationToken) =>
        Post(JsonSerializer.SerializeToUtf8Bytes(body, Readable), _ => { }, cancellationToken);

    /// <param name="prepare">Adds what this request needs beside its body.</param>
    public async Task<DeliveryAnswer> Post(byte[] json, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(target.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = RequestWith(json);
            prepare(request);
            using var client = NewClient();
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return await AnswerTo(response, either.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return DeliveryAnswer.Failed($"{target.Url.Authority} did not answer within {target.Timeout.TotalSeconds:0.#} s.");
        }
        catch (OperationCanceledException)
        {
            return DeliveryAnswer.Failed(
                $"{target.Url.Authority} could not be reached within {HttpTarget.ConnectTimeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e)
        {
            return DeliveryAnswer.Failed($"{target.Url.Authority}: {e.GetBaseException().Message}");
        }
    }

    /// <summary>
    /// A client and a connection for each request. A connection that is kept may be closing at the other end (always so with receivers that
    /// speak HTTP/1.0): it takes the request and answers nothing, and the notification is a minute late for nothing.
    /// </summary>
    private static HttpClient NewClient()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = HttpTarget.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseDrainSize = 64 * 1024,
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private HttpRequestMessage RequestWith(byte[] json)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
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

    /// <summary>What the receiver says of it, as far as a person would read; never more than that, however much it sends.</summary>
    private static async Task<string> BeginningOf(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        const int enough = 200;
        try
        {
            var buffer = new byte[enough * 4];
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            var said = Characters.Printable(Encoding.UTF8.GetString(buffer, 0, length)).Trim();
            return said.Length == 0 ? "" : $": {(said.Length > enough ? said[..enough] : said)}";
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status has been said; that decides.
            return "";
        }
    }
}
