using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Webhook;

internal sealed class WebhookDestinationOptions
{
    /// <summary>What policies call it in <c>Notify</c>.</summary>
    public string Name { get; set; } = "webhook";

    /// <summary>Where these options were read, for messages to people.</summary>
    public string Setting { get; set; } = "Notifications:Webhook";

    /// <summary>http or https. It may hold a token in path or query, so it is never logged.</summary>
    public string Url { get; set; } = "";

    /// <summary>null: no signature. <c>whsec_</c> and base64 as by Standard Webhooks; anything else is taken as it is.</summary>
    public string? Secret { get; set; }

    /// <summary>Sent with every request, for example an <c>Authorization</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>();

    public DestinationTerms Terms { get; set; } = DestinationTerms.Default;

    /// <summary>Until somebody picks up. Default: 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For everything. Default: 15 s, the lower end of what Standard Webhooks recommends.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);
}
