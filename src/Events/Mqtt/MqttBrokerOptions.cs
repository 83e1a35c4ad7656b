using IoTOrleans.Events.Machine;

namespace IoTOrleans.Events.Mqtt;

/// <summary>The settings under <c>Events:Mqtt:Listen</c>, read only where there is a broker.</summary>
internal sealed class MqttBrokerOptions
{
    internal const string Section = "Events:Mqtt:Listen";

    /// <summary>An IP address or <c>localhost</c>. Beyond loopback a user name and a password are required.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>0 lets the system choose, for tests only. In the settings 0 means no broker.</summary>
    public int Port { get; set; } = 1883;

    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>One more client gets the answer "server unavailable". An idle connection takes about 7 KB.</summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// Connections without a CONNECT, loopback and others apart. One more evicts another one. A whole fleet may come back at once, so there
    /// are as many as memory allows: a sixteenth of it, at 8 KB each.
    /// </summary>
    public int MaxSilent { get; set; } = (int)Math.Clamp(MemoryReading.OfThisProcess().Limit / 16 / 8192, 1_000, 10_000);

    /// <summary>A whole packet with its header. MQTT allows 256 MB, which the broker would buffer; it reads no payloads.</summary>
    public int MaxPacketBytes { get; set; } = 16 * 1024;

    /// <summary>From the opening of a connection to a whole CONNECT.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after its start the broker waits for things to come back before it looks for those that have not.</summary>
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromSeconds(5);
}
