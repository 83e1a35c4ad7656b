using MimeKit;
using MimeKit.Text;

namespace IoTOrleans.Notifications.Smtp;

/// <summary>One mail, in plain text. Encoding what is not ASCII is MimeKit's business.</summary>
internal static class SmtpMail
{
    /// <summary>Longer subjects are cut by mail programs, where it suits them.</summary>
    private const int LongestSubject = 200;

    public static MimeMessage Of(OutgoingMessage message, SmtpOptions options, DateTimeOffset now)
    {
        var mail = new MimeMessage
        {
            Subject = message.ShortSubject(LongestSubject, options.AsciiSubject),
            Body = new TextPart(TextFormat.Plain) { Text = message.Text },
            Date = now,
            MessageId = IdOf(message.Key, options),
        };
        mail.From.Add(options.From);
        mail.To.AddRange(options.To);

        // Nobody's out-of-office note answers this (RFC 3834).
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        mail.Headers.Add("X-IoTOrleans-Event", message.Event);

        // All mails of one thread are one conversation.
        if (message.Key != message.FirstKey) mail.InReplyTo = IdOf(message.FirstKey, options);
        return mail;
    }

    /// <summary>The same in every repeat, so that mailboxes which care drop one.</summary>
    private static string IdOf(string key, SmtpOptions options) => $"{key}@{options.From.Domain}";
}
