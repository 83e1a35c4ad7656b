using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;
using MimeKit;
using MimeKit.Text;

namespace IoTOrleans.Silo.Notifications.Smtp;

/// <summary>One mail, in plain text. Encoding what is not ASCII is MimeKit's business.</summary>
internal static class SmtpMail
{
    /// <summary>Longer subjects are cut by mail programs, where it suits them.</summary>
    private const int LongestSubject = 200;

    public static MimeMessage Of(Notification n, NotificationText text, SmtpOptions options, DateTimeOffset now)
    {
        var mail = new MimeMessage
        {
            Subject = text.Subject(n, LongestSubject, options.AsciiSubject),
            Body = new TextPart(TextFormat.Plain) { Text = text.Body(n) },
            Date = now,
            MessageId = IdOf(n, options),
        };
        mail.From.Add(options.From);
        mail.To.AddRange(options.To);

        // Nobody's out-of-office note answers this (RFC 3834).
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        mail.Headers.Add("X-IoTOrleans-Event", n.Event.Name());

        // All mails of one outage are one conversation.
        if (n.Event != NotificationEvent.DeviceOffline)
            mail.InReplyTo = IdOf(n with { Event = NotificationEvent.DeviceOffline, Sequence = 0 }, options);
        return mail;
    }

    /// <summary>The same in every repeat, so that mailboxes which care drop one.</summary>
    private static string IdOf(Notification n, SmtpOptions options) => $"{n.Key}@{options.From.Domain}";
}
