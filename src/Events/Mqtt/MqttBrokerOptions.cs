namespace IoTOrleans.Events.Mqtt;

/// <summary>Bound from <c>Events:Mqtt:Listen</c>. Whether there is a broker at all is decided before this is asked for.</summary>
internal sealed class MqttBrokerOptions
{
    internal const string Section = "Events:Mqtt:Listen";

    /// <summary>
    /// An IP address or <c>localhost</c>; beyond loopback <see cref="Username"/> and <see cref="Password"/> are required.
    /// </summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>0 lets the system choose, which only tests want: in the settings 0 means no broker.</summary>
    public int Port { get; set; } = 1883;

    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>An idle one costs about 7 KB; a connection more is closed at once.</summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// The whole packet with its header. MQTT allows 256 MB, and what is announced has to be buffered; nobody here reads payloads.
    /// </summary>
    public int MaxPacketBytes { get; set; } = 16 * 1024;

    /// <summary>From the first byte, or none, to a whole CONNECT.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after its start the broker waits for things to come back before it looks for those that have not.</summary>
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromSeconds(5);
}
