using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using IoTOrleans.Events.Machine;
using Microsoft.AspNetCore.Connections;
using Orleans.Connections.Security;

namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>
/// What happens at the silo port before a handshake has succeeded. Connections without one have few places of their own, so that whoever
/// reaches the port cannot use up the files of the process. Handshakes that fail are logged, one line a minute for each address: Orleans
/// would log a stack and no address.
/// </summary>
internal sealed partial class Handshakes(TimeProvider time, ILogger<Handshakes> logger)
{
    /// <summary>From loopback, and as many from elsewhere. A handshake takes milliseconds.</summary>
    internal const int MostBeginning = 100;

    /// <summary>Of refused connections in a minute; further ones are counted.</summary>
    internal const int MostLines = 20;

    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>TLS asks for a verdict without saying for which connection.</summary>
    private static readonly AsyncLocal<Attempt?> Running = new();

    private readonly ConnectionBudget _budget = new(MostBeginning, mostServed: int.MaxValue);
    private readonly Lock _lock = new();
    private readonly HashSet<(ClientAddress Address, bool Incoming)> _logged = [];
    private long _minute = time.GetTimestamp();
    private int _more;

    /// <summary>Around TLS.</summary>
    public ConnectionDelegate Incoming(ConnectionDelegate next) => async context =>
    {
        var place = _budget.Enter(context.RemoteEndPoint, _ => context.Abort());
        context.Items[typeof(BudgetedConnection)] = place;
        try
        {
            if (await Begins(context)) await Run(context, next, incoming: true);
        }
        finally
        {
            _budget.Leave(place);
        }
    };

    /// <summary>Within TLS: the other side has shown its certificate.</summary>
    public ConnectionDelegate Trusted(ConnectionDelegate next) => context =>
    {
        // False: evicted a moment ago, so it ends anyway.
        if (context.Items[typeof(BudgetedConnection)] is BudgetedConnection place) _budget.TryServe(place);
        return next(context);
    };

    public ConnectionDelegate Outgoing(ConnectionDelegate next) => context => Run(context, next, incoming: false);

    /// <summary>Signed by our CA is enough: silos are called by their address, and no certificate names it.</summary>
    public static bool IsTrusted(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        if (errors == SslPolicyErrors.None) return true;
        var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        if (Running.Value is { } attempt)
            attempt.Reason = $"its certificate is not one that {SiloTlsSettings.Ca} has signed and that is valid now ({flags})";
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
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            Tell(peer, incoming: true, $"it said nothing for {Patience.TotalSeconds:0} s");
            return false;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // It left, it was evicted, or this silo stops.
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
        string more;
        lock (_lock)
        {
            if (time.GetElapsedTime(_minute) >= Quiet)
            {
                _logged.Clear();
                _minute = time.GetTimestamp();
            }

            // Without the port: each connection has a new one. Other silos are few and known; strangers must not hide their lines.
            var isTooMany = incoming && _logged.Count(logged => logged.Incoming) >= MostLines;
            if (isTooMany || !_logged.Add((ClientAddress.Of(peer), incoming)))
            {
                _more++;
                return;
            }

            (more, _more) = (_more == 0 ? "" : $" ({_more} more since the last line)", 0);
        }

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
