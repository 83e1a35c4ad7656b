using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace IoTOrleans.Notifications.Smtp;

/// <summary>
/// One address that does not exist keeps the mail from nobody else; one that is only busy has all of it tried again, which nobody
/// notices, since nothing was sent yet.
/// </summary>
internal sealed class SmtpCourier : SmtpClient
{
    private readonly List<string> _refused = [];

    public IReadOnlyList<string> Refused => _refused;

    protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        if ((int)response.StatusCode < 500) base.OnRecipientNotAccepted(message, mailbox, response);
        _refused.Add($"{mailbox.Address} ({(int)response.StatusCode} {response.Response})");
    }
}
