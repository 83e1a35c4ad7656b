using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Text;

namespace IoTOrleans.Notifications.Smtp;

/// <summary>Mail through the user's own server. Accepted means that the server took it, not that anybody read it.</summary>
internal sealed class SmtpDestination(SmtpOptions options, TimeProvider time) : IDestination
{
    private string Server => $"{options.Host}:{options.Port}";

    public Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken) => TimeLimit.Apply(
        options.Timeout, time, Server,
        async token =>
        {
            // As .NET's own HTTP client does: a revocation list that cannot be fetched would stop every mail.
            using var courier = new SmtpCourier { CheckCertificateRevocation = false };
            await courier.ConnectAsync(options.Host, options.Port, options.Security, token);
            if (options.Username is not null) await courier.AuthenticateAsync(options.Username, options.Password ?? "", token);
            var said = await courier.SendAsync(SmtpMail.Of(message, options, time.GetUtcNow()), token);
            var notTo = courier.Refused.Count == 0
                ? ""
                : $" - but not for {string.Join(", ", courier.Refused)}: look at {options.Setting}:To";
            return DeliveryAnswer.Accepted(Brief(said) + notTo);
        },
        AnswerTo, cancellationToken);

    private DeliveryAnswer AnswerTo(Exception exception) => exception switch
    {
        SmtpCommandException { StatusCode: var status } when (int)status is >= 400 and < 500 =>
            DeliveryAnswer.Failed(Said(exception, (int)status)),
        SmtpCommandException { StatusCode: var status } => DeliveryAnswer.Refused(Said(exception, (int)status)),
        SslHandshakeException => DeliveryAnswer.Failed(
            $"{Server}: no secure connection ({Brief(exception.GetBaseException().Message)}); "
            + $"look at its certificate, {options.Setting}:Port and {options.Setting}:Tls."),
        AuthenticationException => DeliveryAnswer.Refused(
            $"{Server} does not accept {options.Setting}:Username and {options.Setting}:Password: {Brief(exception.Message)}"),
        ServiceNotAuthenticatedException => DeliveryAnswer.Refused(
            $"{Server} requires a login: set {options.Setting}:Username and {options.Setting}:Password."),
        NotSupportedException => DeliveryAnswer.Refused($"{Server}: {Brief(exception.Message)} Look at {options.Setting}:Tls."),
        _ => DeliveryAnswer.Failed($"{Server}: {Brief(exception.GetBaseException().Message)}"),
    };

    private string Said(Exception exception, int status) => $"{Server}: {status} {Brief(exception.Message)}";

    private string Brief(string text) => options.Secrets.Quote(text);

    /// <summary>Goes on without an address that the server refuses for good (5xx). A passing error fails the whole mail.</summary>
    private sealed class SmtpCourier : SmtpClient
    {
        public List<string> Refused { get; } = [];

        protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
        {
            if ((int)response.StatusCode < 500) base.OnRecipientNotAccepted(message, mailbox, response);
            Refused.Add($"{mailbox.Address} ({(int)response.StatusCode} {response.Response})");
        }
    }
}

internal static class SmtpMail
{
    /// <summary>Mail programs cut longer subjects.</summary>
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

        // No automatic answers to this (RFC 3834).
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        mail.Headers.Add("X-IoTOrleans-Event", message.Event);

        if (message.Key != message.FirstKey) mail.InReplyTo = IdOf(message.FirstKey, options);
        return mail;
    }

    /// <summary>The same in every repeat, so that mailboxes can drop one.</summary>
    private static string IdOf(string key, SmtpOptions options) => $"{key}@{options.From.Domain}";
}
