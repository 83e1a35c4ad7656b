using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IoTOrleans.Events.Mqtt;

/// <summary>The broker's certificate, and the authorities whose certificates clients may show.</summary>
internal sealed class ServerTls
{
    private const string CertificateFile = MqttBrokerOptions.Section + ":CertificateFile";
    private const string KeyFile = MqttBrokerOptions.Section + ":KeyFile";
    private const string ClientCaFile = MqttBrokerOptions.Section + ":ClientCaFile";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const byte TlsHandshake = 0x16;

    private readonly SslStreamCertificateContext _certificate;
    private readonly X509ChainPolicy? _ofClients;

    private ServerTls(X509Certificate2 certificate, X509Certificate2Collection chain, X509Certificate2Collection? clientRoots)
    {
        (NotBefore, NotAfter) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        _certificate = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        if (clientRoots is null) return;

        _ofClients = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            ApplicationPolicy = { new Oid(ClientAuthentication) },
        };
        _ofClients.CustomTrustStore.AddRange(clientRoots);
    }

    internal DateTimeOffset NotBefore { get; }

    internal DateTimeOffset NotAfter { get; }

    internal static Loaded<ServerTls> Load(MqttBrokerOptions options)
    {
        var mistakes = new List<string>();
        var chain = Certificates(CertificateFile, options.CertificateFile!, mistakes);
        var roots = options.ClientCaFile is { } authorities ? Certificates(ClientCaFile, authorities, mistakes) : null;
        var certificate = chain.Count > 0 ? WithKey(options, mistakes) : null;
        if (roots is { Count: > 0 } && !roots.Any(IsRoot))
        {
            mistakes.Add($"{ClientCaFile}={options.ClientCaFile} has no root certificate: it must have that of the CA that signs "
                + "the clients' certificates, and not only an intermediate one.");
        }

        if (mistakes.Count > 0 || certificate is null) return new(null, mistakes);
        chain.RemoveAt(0);
        try
        {
            return new(new ServerTls(certificate, chain, roots), []);
        }
        catch (Exception exception) when (exception is CryptographicException or NotSupportedException)
        {
            return new(null, [$"{CertificateFile}={options.CertificateFile}: TLS cannot use it ({Why(exception)})."]);
        }
    }

    /// <summary>Whether a client that came in by a certificate from this root would come in now.</summary>
    internal bool Trusts(string root) => _ofClients?.CustomTrustStore.Any(certificate => certificate.Thumbprint == root) == true;

    private static bool IsRoot(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    /// <exception cref="AuthenticationException">There is no agreement with this client.</exception>
    /// <returns>null: the connection has ended.</returns>
    internal async Task<TlsPipe?> Handshake(IDuplexPipe transport)
    {
        var first = await transport.Input.ReadAsync();
        var begins = first.Buffer.IsEmpty ? (byte?)null : first.Buffer.FirstSpan[0];
        transport.Input.AdvanceTo(first.Buffer.Start);
        if (first.IsCanceled || begins is null) return null;
        if (begins != TlsHandshake) throw new AuthenticationException("It does not speak TLS, and this port speaks nothing else.");

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

        // A resumed session would keep a certificate whose authority was replaced. A handshake adds to the policy, so each has its own.
        (options.ClientCertificateRequired, options.AllowTlsResume, options.CertificateChainPolicy) = (true, false, _ofClients.Clone());

        // One without a certificate may have a password; that shows in its CONNECT.
        options.RemoteCertificateValidationCallback = (_, shown, chain, errors) =>
        {
            validated(chain);
            return shown is null || errors == SslPolicyErrors.None;
        };
        return options;
    }

    private static X509Certificate2Collection Certificates(string setting, string path, List<string> mistakes)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
            if (certificates.Count == 0) mistakes.Add($"{setting}={path}: there is no certificate in it (PEM: BEGIN CERTIFICATE).");
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or CryptographicException or NotSupportedException)
        {
            mistakes.Add($"{setting}={path}: {Why(exception)}.");
        }

        return certificates;
    }

    private static X509Certificate2? WithKey(MqttBrokerOptions options, List<string> mistakes)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(options.CertificateFile!, options.KeyFile);
            if (!OperatingSystem.IsWindows()) return certificate;

            // There TLS cannot use a key that is in memory only.
            using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            mistakes.Add($"{KeyFile}={options.KeyFile}: {Why(exception)}.");
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            mistakes.Add($"{KeyFile}={options.KeyFile}: it is not the key of the first certificate in {options.CertificateFile} "
                + "(PEM, without a passphrase).");
        }

        return null;
    }

    private static string Why(Exception exception) => exception is FileNotFoundException or DirectoryNotFoundException
        ? "there is no such file" : exception.Message.TrimEnd('.');
}
