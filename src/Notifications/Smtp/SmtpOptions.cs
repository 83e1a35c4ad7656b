using MailKit.Security;
using MimeKit;

namespace IoTOrleans.Notifications.Smtp;

internal sealed record SmtpOptions
{
    /// <summary>Where these options were read, for messages to people.</summary>
    public required string Setting { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required SecureSocketOptions Security { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    public required MailboxAddress From { get; init; }

    public required IReadOnlyList<MailboxAddress> To { get; init; }

    /// <summary><c>Notifications:AsciiSubject</c>: English and ASCII.</summary>
    public bool AsciiSubject { get; init; }

    /// <summary>For everything, from the connection to the answer.</summary>
    public required TimeSpan Timeout { get; init; }
}
