namespace IoTOrleans.Notifications.Sns;

internal sealed class SnsOptions
{
    /// <summary>What policies call it in <c>Notify</c>.</summary>
    public string Name { get; set; } = "sns";

    /// <summary>Where these options were read, for messages to people.</summary>
    public string Setting { get; set; } = "Notifications:Sns";

    /// <summary>A standard topic, or a FIFO topic (its name ends with <c>.fifo</c>).</summary>
    public string TopicArn { get; set; } = "";

    /// <summary>
    /// <c>Notifications:AsciiSubject</c>; null: yes in <c>en</c>, no in <c>ja</c>. SNS takes UTF-8 today; what mails arrive at may not.
    /// </summary>
    public bool? AsciiSubject { get; set; }

    /// <summary>For everything, the SDK's retries included. Default: 15 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);
}
