using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IoTOrleans.Events.Machine;

namespace IoTOrleans.Events.Mqtt;

/// <summary>The broker's certificate, and the CAs whose certificates clients may show.</summary>
internal sealed class ServerTls
{
    private const string CertificateFile = MqttBrokerOptions.Section + ":CertificateFile";
    private const string KeyFile = MqttBrokerOptions.Section + ":KeyFile";
    private const string ClientCaFile = MqttBrokerOptions.Section + ":ClientCaFile";

    private readonly SslStreamCertificateContext _certificate;
    private readonly X509ChainPolicy? _ofClients;

    private ServerTls(PemCertificate certificate, PemCa? ofClients)
    {
        (NotBefore, NotAfter) = (certificate.Own.NotBefore.ToUniversalTime(), certificate.Own.NotAfter.ToUniversalTime());
        _certificate = certificate.Context;
        _ofClients = ofClients?.ToPolicy(PemCa.ClientAuthentication);
    }

    internal DateTimeOffset NotBefore { get; }

    internal DateTimeOffset NotAfter { get; }

    internal static Loaded<ServerTls> Load(MqttBrokerOptions options)
    {
        var mistakes = new List<string>();
        var certificate = PemFile.Read(CertificateFile, options.CertificateFile!, mistakes);
        var key = PemFile.Read(KeyFile, options.KeyFile!, mistakes);
        var ca = options.ClientCaFile is { } path ? PemFile.Read(ClientCaFile, path, mistakes) : null;
        var own = certificate is not null && key is not null ? PemCertificate.Load(certificate, key, mistakes) : null;
        var ofClients = ca is not null ? PemCa.Load(ca, mistakes) : null;
        return new(mistakes.Count == 0 ? new ServerTls(own!, ofClients) : null, mistakes);
    }

    /// <summary>Whether a client that came in by a certificate from this root would come in now.</summary>
    internal bool Trusts(string root) => _ofClients?.CustomTrustStore.Any(certificate => certificate.Thumbprint == root) == true;

    /// <exception cref="AuthenticationException">There is no agreement with this client.</exception>
    /// <returns>null: the connection has ended.</returns>
    internal async Task<TlsPipe?> Handshake(IDuplexPipe transport)
    {
        if (await TlsHandshake.Begins(transport.Input) is not { } begins) return null;
        if (!begins) throw new AuthenticationException("It does not speak TLS, and this port speaks nothing else.");

        var stream = new SslStream(new DuplexPipeStream(transport));
        try
        {
            string? root = null;
            await stream.AuthenticateAsServerAsync(Options(chain => root = chain?.ChainElements.LastOrDefault()?.Certificate.Thumbprint));
            return new(stream, stream.RemoteCertificate is X509Certificate2 shown ? new(ClientNames.Of(shown), root ?? "") : null);
        }
        catch (Exception exception)
        {
            await stream.DisposeAsync();
            if (exception is CryptographicException) throw new AuthenticationException("Its certificate cannot be read.", exception);
            throw;
        }
    }

    /// <param name="validated">Gets the chain of a client's certificate that is accepted.</param>
    private SslServerAuthenticationOptions Options(Action<X509Chain?> validated)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _certificate, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (_ofClients is null) return options;

        // A resumed session would keep a certificate whose CA was replaced. A handshake adds to the policy, so each has its own.
        (options.ClientCertificateRequired, options.AllowTlsResume, options.CertificateChainPolicy) = (true, false, _ofClients.Clone());

        // One without a certificate may have a password; that shows in its CONNECT.
        options.RemoteCertificateValidationCallback = (_, shown, chain, errors) =>
        {
            validated(chain);
            return shown is null || errors == SslPolicyErrors.None;
        };
        return options;
    }
}
