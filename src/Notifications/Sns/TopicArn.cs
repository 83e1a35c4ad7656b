using System.Text.RegularExpressions;

namespace IoTOrleans.Notifications.Sns;

/// <summary>The address of a topic, known to have the right shape.</summary>
internal sealed partial record TopicArn(string Value, string Region)
{
    public bool IsFifo => Value.EndsWith(".fifo", StringComparison.Ordinal);

    /// <param name="setting">Where <paramref name="arn"/> was read.</param>
    public static TopicArn Parse(string setting, string arn) => Shape().Match(arn) is { Success: true } match
        ? new(arn, match.Groups["region"].Value)
        : throw new StartupException(
            $"{setting}={arn}: not the ARN of an SNS topic. It looks like arn:aws:sns:eu-west-1:123456789012:my-topic "
            + "(that of a subscription has one more part at the end: leave it out).");

    [GeneratedRegex(@"\Aarn:aws[a-z-]*:sns:(?<region>[a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?\z")]
    private static partial Regex Shape();
}
