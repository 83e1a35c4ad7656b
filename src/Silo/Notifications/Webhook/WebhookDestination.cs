using System.Net.Http.Headers;
using System.Text;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Webhook;

/// <summary>
/// Posts the machine body to an address. Done means 2xx; a redirect is not followed, because a POST does not survive most of them.
/// </summary>
internal sealed class WebhookDestination(
    WebhookDestinationOptions options, IHttpClientFactory clients, NotificationText text, TimeProvider time) : INotificationDestination
{
    private readonly Uri url = WebhookServices.UrlOf(options);
    private readonly WebhookSignature? signature = WebhookServices.SignatureOf(options);

    public string Name => options.Name;

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken) =>
        Post(notification.Key, text.MachineJson(notification), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken) =>
        Post(notification.Key, text.MachineJson(notification), cancellationToken);

    private async Task<DeliveryAnswer> Post(string key, string json, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = RequestFor(key, json);
            using var client = clients.CreateClient(WebhookServices.ClientName(options));
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return await AnswerTo(response, either.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return DeliveryAnswer.Failed($"{url.Authority} did not answer within {options.Timeout.TotalSeconds:0.#} s.");
        }
        catch (OperationCanceledException)
        {
            return DeliveryAnswer.Failed($"{url.Authority} could not be reached within {options.ConnectTimeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e)
        {
            return DeliveryAnswer.Failed($"{url.Authority}: {e.GetBaseException().Message}");
        }
    }

    private HttpRequestMessage RequestFor(string key, string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("IoTOrleans", null));

        // Also without a secret: what a receiver drops repeats by.
        request.Headers.Add("webhook-id", key);
        signature?.Sign(request, key, time.GetUtcNow(), body);
        return request;
    }

    private async Task<DeliveryAnswer> AnswerTo(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = $"HTTP {(int)response.StatusCode}";
        return (int)response.StatusCode switch
        {
            >= 200 and < 300 => DeliveryAnswer.Accepted(status),
            >= 300 and < 400 => DeliveryAnswer.Failed(
                $"{status}: redirects are not followed; set {options.Setting}:Url to where it leads."),
            408 or 429 => DeliveryAnswer.Failed(status),
            >= 400 and < 500 => DeliveryAnswer.Refused(status + await BeginningOf(response, cancellationToken)),
            _ => DeliveryAnswer.Failed(status + await BeginningOf(response, cancellationToken)),
        };
    }

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
