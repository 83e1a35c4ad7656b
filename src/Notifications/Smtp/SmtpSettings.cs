using System.Net;
using IoTOrleans.Notifications.Http;
using MailKit.Security;
using MimeKit;

namespace IoTOrleans.Notifications.Smtp;

internal sealed record SmtpOptions(
    string Setting,
    string Host,
    int Port,
    SecureSocketOptions Security,
    string? Username,
    string? Password,
    MailboxAddress From,
    IReadOnlyList<MailboxAddress> To,
    bool AsciiSubject,
    TimeSpan Timeout,
    SecretMask Secrets);

internal static class SmtpSettings
{
    private const int ImplicitTlsPort = 465;

    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var port = section.Reader.Number(section.Key("Port"), 587, 1, 65535);
        var options = new SmtpOptions(
            Setting: section.Section,
            Host: section.Required("Host", "say the name of your mail server, for example smtp.example.net"),
            Port: port,
            Security: Security(section, port),
            Username: section.Text("Username"),
            Password: section.Secret("Password"),
            From: Mailbox(section, "From", section.Required("From", "say whose name the mails carry, for example iot@example.net")),
            To: [.. (section.Reader.List(section.Key("To"), "name at least one mail address") ?? [])
                .Select(to => Mailbox(section, "To", to))],
            AsciiSubject: section.Reader.Flag("Notifications:AsciiSubject", false),
            Timeout: section.ReadTimeout(),
            Secrets: section.Secrets);
        if (options is { Username: { } username, Password: { } password }) section.Secrets.AddLogin(username, password);

        var terms = section.Terms(rate: "1/s");
        if (options.To.Count == 0)
            section.Mistake("To", "is missing: say who gets the mails, for example ops@example.net, or several with commas.");
        if (options.Username is null != options.Password is null)
            section.Mistake("Username", "and Password belong together: set both or none.");
        if (options is { Username: not null, Security: SecureSocketOptions.None } && !IsLoopback(options.Host))
        {
            section.Mistake(
                "Tls", "must not be none: that would send the password readable for everybody on the way; say starttls or implicit.");
        }

        return services => services.AddDestination(
            section, terms, provider => new SmtpDestination(options, provider.GetRequiredService<TimeProvider>()));
    }

    private static SecureSocketOptions Security(DestinationSection section, int port)
    {
        switch ((section.Text("Tls") ?? (port == ImplicitTlsPort ? "implicit" : "starttls")).ToLowerInvariant())
        {
            case "implicit": return SecureSocketOptions.SslOnConnect;
            case "starttls": return SecureSocketOptions.StartTls;
            case "none": return SecureSocketOptions.None;
            default:
                section.Mistake("Tls", "must be starttls, implicit (from the first byte, port 465) or none.");
                return SecureSocketOptions.StartTls;
        }
    }

    private static MailboxAddress Mailbox(DestinationSection section, string setting, string address)
    {
        if (MailboxAddress.TryParse(address, out var mailbox) && mailbox.Address.Contains('@', StringComparison.Ordinal)) return mailbox;
        if (address.Length > 0)
            section.Reader.Mistake($"{section.Key(setting)}={address}: say a mail address, like ops@example.net.");
        return new MailboxAddress("", "nobody@invalid");
    }

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
