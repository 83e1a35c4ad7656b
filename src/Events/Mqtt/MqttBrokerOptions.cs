using System.Net;
using IoTOrleans.Events.Machine;

namespace IoTOrleans.Events.Mqtt;

/// <summary>The settings under <c>Events:Mqtt:Listen</c>, read only where there is a broker.</summary>
internal sealed class MqttBrokerOptions
{
    internal const string Section = "Events:Mqtt:Listen";

    /// <summary>The fewest characters of a password that a person chose.</summary>
    internal const int LeastPassword = 8;

    private int? _maxSilent;

    /// <summary>An IP address. Beyond loopback clients must show who they are: <see cref="AsksWho"/>.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>0 lets the system choose, for tests only. In the settings 0 means no broker.</summary>
    public int Port { get; set; } = 1883;

    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>The broker's certificate and those that lead from it to its CA, in PEM. Set: the port speaks TLS only.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The key of that certificate, in PEM.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The CAs of client certificates, in PEM.</summary>
    public string? ClientCaFile { get; set; }

    /// <summary>Credentials for each thing: <see cref="MqttUsers"/>.</summary>
    public string? UsersFile { get; set; }

    /// <summary>Whether a client must show who it is.</summary>
    public bool AsksWho => !string.IsNullOrEmpty(Username) || UsersFile is not null || ClientCaFile is not null;

    /// <summary>One more client gets the answer "server unavailable". An idle connection takes about 7 KB, with TLS 40 KB.</summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// Connections without a CONNECT or without a client ID, loopback and others apart. One more evicts another one. A whole fleet may come
    /// back at once, so there are as many as memory allows.
    /// </summary>
    public int MaxSilent
    {
        get => _maxSilent ?? MostSilent(MemoryReading.OfThisProcess().Limit, overTls: CertificateFile is not null);
        set => _maxSilent = value;
    }

    /// <summary>A whole packet with its header. MQTT allows 256 MB, which the broker would buffer; it reads no payloads.</summary>
    public int MaxPacketBytes { get; set; } = 16 * 1024;

    /// <summary>From the opening of a connection to a whole CONNECT.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after its start the broker waits for things to come back before it looks for those that have not.</summary>
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A sixteenth of memory, at 8 KB each, over TLS at 40 KB; and in any case so many that a fleet can come back at once.</summary>
    internal static int MostSilent(long memory, bool overTls) =>
        (int)Math.Clamp(memory / 16 / (overTls ? 40_960 : 8192), 1_000, 10_000);

    /// <summary>Where it listens, once there is no <see cref="Trouble"/>.</summary>
    internal IPEndPoint EndPoint => new(IPAddress.Parse(Address), Port);

    /// <summary>What is wrong with these settings, all at once; their files are another matter.</summary>
    /// <param name="instead">Another way to guard a broker that other machines can reach.</param>
    internal IEnumerable<string> Trouble(string instead = "")
    {
        if (!IPAddress.TryParse(Address, out var address))
            yield return $"{Section}:Address={Address}: say an IP address of this machine, like 127.0.0.1 or 0.0.0.0.";
        if (Port is < 0 or > IPEndPoint.MaxPort)
            yield return $"{Section}:Port={Port} is not a port: say a number from 1 to 65535, or 0 for no MQTT broker.";
        var halfShared = Together((nameof(Username), Username), (nameof(Password), Password));
        if (halfShared is not null) yield return halfShared;
        if (Together((nameof(CertificateFile), CertificateFile), (nameof(KeyFile), KeyFile)) is { } halfTls) yield return halfTls;
        if (ClientCaFile is not null && CertificateFile is null)
        {
            yield return $"{Section}:{nameof(ClientCaFile)} is set without {Section}:{nameof(CertificateFile)}: without TLS no client can "
                + "show a certificate.";
        }

        if (address is null || IPAddress.IsLoopback(address)) yield break;
        if (!AsksWho && halfShared is null)
        {
            yield return $"{Section}:Address={Address} can be reached from other machines: set {Section}:{nameof(Username)} and "
                + $"{Section}:{nameof(Password)} too, or {Section}:{nameof(UsersFile)}, or {Section}:{nameof(ClientCaFile)}.{instead}";
        }

        if (Password is { Length: > 0 and < LeastPassword })
        {
            yield return $"{Section}:{nameof(Password)} has {Password.Length} characters, and needs {LeastPassword} at least, because "
                + $"{Section}:Address={Address} can be reached from other machines: choose a longer one.";
        }
    }

    private static string? Together((string Name, string? Value) one, (string Name, string? Value) other)
    {
        if (string.IsNullOrEmpty(one.Value) == string.IsNullOrEmpty(other.Value)) return null;
        var (there, missing) = string.IsNullOrEmpty(other.Value) ? (one.Name, other.Name) : (other.Name, one.Name);
        return $"{Section}:{there} is set without {Section}:{missing}: set both, or neither.";
    }
}
