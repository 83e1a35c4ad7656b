using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace IoTOrleans.Notifications.Smtp;

/// <summary>Mail through a server of the user's own. Done means that the server took it, not that anybody read it.</summary>
internal sealed class SmtpDestination(SmtpOptions options, TimeProvider time) : IDestination
{
    private string Server => $"{options.Host}:{options.Port}";

    public async Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // As .NET's own HTTP client does: a revocation list that cannot be fetched would silence every mail.
            using var courier = new SmtpCourier { CheckCertificateRevocation = false };
            await courier.ConnectAsync(options.Host, options.Port, options.Security, either.Token);
            if (options.Username is not null)
                await courier.AuthenticateAsync(options.Username, options.Password ?? "", either.Token);
            var said = await courier.SendAsync(SmtpMail.Of(message, options, time.GetUtcNow()), either.Token);
            var notTo = courier.Refused.Count == 0
                ? ""
                : $" - but not for {string.Join(", ", courier.Refused)}: look at {options.Setting}:To";
            return DeliveryAnswer.Accepted(Brief(said) + notTo);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            return DeliveryAnswer.Failed($"{Server} did not answer within {options.Timeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e)
        {
            return AnswerTo(e);
        }
    }

    private DeliveryAnswer AnswerTo(Exception exception) => exception switch
    {
        SmtpCommandException { StatusCode: var status } when (int)status is >= 400 and < 500 =>
            DeliveryAnswer.Failed(Said(exception, (int)status)),
        SmtpCommandException { StatusCode: var status } => DeliveryAnswer.Refused(Said(exception, (int)status)),
        SslHandshakeException => DeliveryAnswer.Failed(
            $"{Server}: no secure connection ({Brief(exception.GetBaseException().Message)}); "
            + $"look at its certificate, {options.Setting}:Port and {options.Setting}:Tls."),
        AuthenticationException => DeliveryAnswer.Refused(
            $"{Server} does not take {options.Setting}:Username and {options.Setting}:Password: {Brief(exception.Message)}"),
        ServiceNotAuthenticatedException => DeliveryAnswer.Refused(
            $"{Server} wants to know who sends: set {options.Setting}:Username and {options.Setting}:Password."),
        NotSupportedException => DeliveryAnswer.Refused($"{Server}: {Brief(exception.Message)} Look at {options.Setting}:Tls."),
        _ => DeliveryAnswer.Failed($"{Server}: {Brief(exception.GetBaseException().Message)}"),
    };

    private string Said(Exception exception, int status) => $"{Server}: {status} {Brief(exception.Message)}";

    private static string Brief(string text)
    {
        const int enough = 200;
        var printable = Characters.Printable(text).Trim();
        return printable.Length <= enough ? printable : printable[..enough];
    }
}
