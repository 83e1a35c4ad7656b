using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using IoTOrleans.Events.Machine;
using IoTOrleans.Grains.Logging;
using Microsoft.AspNetCore.Connections;
using Orleans.Connections.Security;

namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>Logs handshakes that fail, one line a minute for each address. Orleans would log a stack and no address.</summary>
internal sealed partial class Handshakes(TimeProvider time, ILogger<Handshakes> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>TLS asks for a verdict without saying for which connection.</summary>
    private static readonly AsyncLocal<Attempt?> Running = new();

    private readonly LogLimiter _refused = new(time);
    private readonly LogLimiter _givenUp = new(time);

    public ConnectionDelegate Incoming(ConnectionDelegate next) => async context =>
    {
        if (await Begins(context)) await Run(context, next, incoming: true);
    };

    public ConnectionDelegate Outgoing(ConnectionDelegate next) => context => Run(context, next, incoming: false);

    /// <summary>Signed by our CA is enough: silos are called by their address, and no certificate names it.</summary>
    public static bool IsTrusted(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        if (errors == SslPolicyErrors.None) return true;
        var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        if (Running.Value is { } attempt)
            attempt.Reason = $"its certificate is not one that {TlsSettings.Ca} has signed and that is valid now ({flags})";
        return false;
    }

    /// <summary>Not of a connection that ends without a word: so silos see whether another one lives, before they join.</summary>
    private async Task<bool> Begins(ConnectionContext context)
    {
        var peer = context.RemoteEndPoint;
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            var begins = await TlsHandshake.Begins(context.Transport.Input, patience.Token);
            if (begins == false) Tell(peer, incoming: true, "it does not speak TLS");
            return begins == true;
        }
        catch (OperationCanceledException)
        {
            Tell(peer, incoming: true, $"it said nothing for {Patience.TotalSeconds:0} s");
            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task Run(ConnectionContext context, ConnectionDelegate next, bool incoming)
    {
        var attempt = new Attempt();
        Running.Value = attempt;
        var peer = context.RemoteEndPoint;
        try
        {
            await next(context);
        }
        finally
        {
            // TLS sets this feature when a handshake has succeeded.
            if (context.Features.Get<ITlsApplicationProtocolFeature>() is null) Tell(peer, incoming, attempt.Reason);
        }
    }

    private void Tell(EndPoint? peer, bool incoming, string reason)
    {
        // Without the port: each connection has a new one.
        if (!(incoming ? _refused : _givenUp).ShouldLog(out var more, ClientAddress.Of(peer).ToString())) return;
        if (incoming) LogRefused(peer, reason, more);
        else LogGivenUp(peer, reason, more);
    }

    [LoggerMessage(LogLevel.Warning, "A connection from {Peer} to the silo port was refused: {Reason}{More}.")]
    private partial void LogRefused(EndPoint? peer, string reason, string more);

    [LoggerMessage(LogLevel.Warning, "The connection to the silo at {Peer} was given up: {Reason}{More}.")]
    private partial void LogGivenUp(EndPoint? peer, string reason, string more);

    private sealed class Attempt
    {
        public string Reason { get; set; } =
            "the TLS handshake failed; the other side shows no certificate, does not trust this silo's, or speaks another TLS";
    }
}
