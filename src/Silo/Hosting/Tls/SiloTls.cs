using System.Net.Security;
using IoTOrleans.Silo.Api;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace IoTOrleans.Silo.Hosting.Tls;

internal static class SiloTls
{
    /// <summary>Mutual TLS on the silo port, on the gateway port and towards other silos.</summary>
    public static void UseMutualTls(this ISiloBuilder silo, SiloTlsSettings settings)
    {
        var certificates = SiloCertificates.Open(settings, TimeProvider.System);
        silo.Services.AddSingleton(certificates);
        silo.Services.AddHostedService<CertificateWatch>();
        silo.Services.AddSingleton<Handshakes>();
        silo.Services.AddReadyCheck("siloCertificate", (_, _) => HealthApi.DegradedBy(certificates.BadFiles));

        // Before TLS, so that they are around it.
        silo.Services.AddOptions<SiloConnectionOptions>().Configure<Handshakes>((options, handshakes) =>
        {
            options.ConfigureSiloInboundConnection(connection => connection.Use(handshakes.Incoming));
            options.ConfigureGatewayInboundConnection(connection => connection.Use(handshakes.Incoming));
            options.ConfigureSiloOutboundConnection(connection => connection.Use(handshakes.Outgoing));
        });
        silo.UseTls(options =>
        {
            // Orleans wants one here. The callbacks below replace it with the whole chain, which it cannot take.
            options.LocalServerCertificateSelector = (_, _) => certificates.Current.Own.TargetCertificate;
            options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
            options.RemoteCertificateValidation = Handshakes.IsTrusted;
            options.OnAuthenticateAsServer = (_, server) => Serve((SslServerAuthenticationOptions)server.SslServerAuthenticationOptions);
            options.OnAuthenticateAsClient = (_, client) => Call((SslClientAuthenticationOptions)client.SslClientAuthenticationOptions);
        });

        // After TLS, so that they are within it.
        silo.Services.AddOptions<SiloConnectionOptions>().Configure<Handshakes>((options, handshakes) =>
        {
            options.ConfigureSiloInboundConnection(connection => connection.Use(handshakes.Trusted));
            options.ConfigureGatewayInboundConnection(connection => connection.Use(handshakes.Trusted));
        });

        // Without resumption each connection is checked against the CA of now.
        void Serve(SslServerAuthenticationOptions server)
        {
            var current = certificates.Current;
            (server.ServerCertificateSelectionCallback, server.ServerCertificateContext) = (null, current.Own);
            (server.CertificateChainPolicy, server.AllowTlsResume) = (current.Ca.ToPolicy(), false);
        }

        void Call(SslClientAuthenticationOptions client)
        {
            var current = certificates.Current;
            (client.LocalCertificateSelectionCallback, client.ClientCertificateContext) = (null, current.Own);
            (client.CertificateChainPolicy, client.AllowTlsResume) = (current.Ca.ToPolicy(), false);
            client.TargetHost = ""; // no name is compared
        }
    }
}
