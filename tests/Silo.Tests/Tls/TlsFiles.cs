using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Testing.Certificates;

namespace IoTOrleans.Silo.Tests.Tls;

/// <summary>The three files of a silo, in a folder of their own.</summary>
internal sealed class TlsFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("iot-orleans-tls-");

    public TlsFiles(TestCa trusted, PemPair own)
    {
        File.WriteAllText(Paths.CaFile, trusted.Pem);
        Write(own);
    }

    public SiloTlsSettings Paths => new(In("silo.pem"), In("silo.key"), In("ca.pem"));

    public (string, string)[] Settings =>
        [(SiloTlsSettings.Certificate, Paths.CertificateFile), (SiloTlsSettings.Key, Paths.KeyFile), (SiloTlsSettings.Ca, Paths.CaFile)];

    public void Write(PemPair own) => own.Save(_folder.FullName, "silo");

    public void Dispose() => _folder.Delete(recursive: true);

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
