using IoTOrleans.Events.Machine;

namespace IoTOrleans.Events.Mqtt;

/// <summary>The settings under <c>Events:Mqtt:Listen</c>, read only where there is a broker.</summary>
internal sealed class MqttBrokerOptions
{
    internal const string Section = "Events:Mqtt:Listen";

    private int? _maxSilent;

    /// <summary>An IP address or <c>localhost</c>. Beyond loopback clients must show who they are: <see cref="HasDoor"/>.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>0 lets the system choose, for tests only. In the settings 0 means no broker.</summary>
    public int Port { get; set; } = 1883;

    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>The broker's certificate and those that lead from it to its authority, in PEM. Set: the port speaks TLS only.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The key of that certificate, in PEM.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The authorities of client certificates, in PEM.</summary>
    public string? ClientCaFile { get; set; }

    /// <summary>Credentials for each thing: <see cref="MqttUsers"/>.</summary>
    public string? UsersFile { get; set; }

    /// <summary>Whether a client must show who it is.</summary>
    public bool HasDoor => !string.IsNullOrEmpty(Username) || UsersFile is not null || ClientCaFile is not null;

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

    /// <summary>A sixteenth of memory, at 8 KB each; over TLS each takes up to 40 KB.</summary>
    internal static int MostSilent(long memory, bool overTls) => overTls
        ? (int)Math.Clamp(memory / 16 / 40_960, 200, 10_000) : (int)Math.Clamp(memory / 16 / 8192, 1_000, 10_000);
}
