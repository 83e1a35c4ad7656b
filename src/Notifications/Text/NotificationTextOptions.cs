namespace IoTOrleans.Notifications.Text;

/// <summary>How people are spoken to, and what every notification says of its sender.</summary>
public sealed class NotificationTextOptions
{
    /// <summary><c>Culture</c>: <c>en</c> or <c>ja</c>.</summary>
    public string Culture { get; set; } = "en";

    /// <summary><c>Notifications:TimeZone</c>: an IANA name; null: the host's.</summary>
    public string? TimeZone { get; set; }

    /// <summary><c>ExternalUrl</c>: where people reach the fleet page; null: no links.</summary>
    public string? ExternalUrl { get; set; }

    /// <summary><c>Orleans:ClusterId</c>.</summary>
    public string Cluster { get; set; } = "iot-orleans";

    /// <summary>The AWS region, where there is one.</summary>
    public string? Region { get; set; }
}
