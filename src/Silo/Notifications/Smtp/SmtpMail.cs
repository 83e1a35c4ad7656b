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

    /// <summary>All mails of one outage are one conversation.</summary>
    public static MimeMessage Of(Notification n, NotificationText text, SmtpOptions options, DateTimeOffset now) => Of(
        n.Event.Name(), text.Subject(n, LongestSubject, options.AsciiSubject), text.Body(n), n.Key,
        (n with { Event = n.Event.IsOfWatcher() ? NotificationEvent.WatcherBlind : NotificationEvent.DeviceOffline, Sequence = 0 }).Key, options, now);

    /// <summary>So are all of one incident.</summary>
    public static MimeMessage Of(FleetNotification n, NotificationText text, SmtpOptions options, DateTimeOffset now) => Of(
        n.Event.Name(), text.Subject(n, options.AsciiSubject), text.Body(n), n.Key,
        n.Number == 1 ? n.Key : (n with { Event = FleetEvent.FleetOutage, Number = 1 }).Key, options, now);

    public static MimeMessage Of(FleetSummary summary, NotificationText text, SmtpOptions options, DateTimeOffset now) =>
        Of(FleetSummary.Event, text.Subject(summary, options.AsciiSubject), text.Body(summary), summary.Id, summary.Id, options, now);

    private static MimeMessage Of(
        string eventName, string subject, string body, string key, string firstKey, SmtpOptions options, DateTimeOffset now)
    {
        var mail = new MimeMessage
        {
            Subject = subject,
            Body = new TextPart(TextFormat.Plain) { Text = body },
            Date = now,
            MessageId = IdOf(key, options),
        };
        mail.From.Add(options.From);
        mail.To.AddRange(options.To);

        // Nobody's out-of-office note answers this (RFC 3834).
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        mail.Headers.Add("X-IoTOrleans-Event", eventName);
        if (key != firstKey) mail.InReplyTo = IdOf(firstKey, options);
        return mail;
    }

    /// <summary>The same in every repeat, so that mailboxes which care drop one.</summary>
    private static string IdOf(string key, SmtpOptions options) => $"{key}@{options.From.Domain}";
}
