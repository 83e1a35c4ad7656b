using System.Net.Http.Headers;
using System.Text;
using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Http;

/// <summary>
/// Posts JSON and says what the answer means. Done means 2xx; a redirect is not followed, because a POST does not survive most of them.
/// </summary>
internal sealed class HttpPoster(HttpTarget target, IHttpClientFactory clients, TimeProvider time)
{
    /// <param name="prepare">Adds what this request needs beside its body.</param>
    public async Task<DeliveryAnswer> Post(
        ReadOnlyMemory<byte> json, CancellationToken cancellationToken, Action<HttpRequestMessage>? prepare = null)
    {
        using var limit = new CancellationTokenSource(target.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = RequestWith(json);
            prepare?.Invoke(request);
            using var client = clients.CreateClient(HttpDestinations.ClientName(target.Name));
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
            return DeliveryAnswer.Failed($"{target.Url.Authority} could not be reached within {target.ConnectTimeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e)
        {
            return DeliveryAnswer.Failed($"{target.Url.Authority}: {e.GetBaseException().Message}");
        }
    }

    private HttpRequestMessage RequestWith(ReadOnlyMemory<byte> json)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = new ReadOnlyMemoryContent(json) };
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
