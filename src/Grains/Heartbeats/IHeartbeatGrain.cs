namespace IoTOrleans.Grains.Heartbeats;

/// <summary>Sends the heartbeat. One in a cluster, with the key 0.</summary>
[Alias("IoTOrleans.IHeartbeatGrain")]
public interface IHeartbeatGrain : IGrainWithIntegerKey
{
    /// <summary>Called by every silo every few seconds, so that there is always one that sends.</summary>
    [Alias("Keep")]
    Task Keep();

    [Alias("Read")]
    Task<HeartbeatReport> Read();
}

/// <param name="LastPingAt">When a ping was last accepted; null: none since this grain was activated.</param>
/// <param name="Trouble">Why none is sent, or was not accepted; null: all is well.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.HeartbeatReport")]
public sealed record HeartbeatReport([property: Id(0)] DateTimeOffset? LastPingAt, [property: Id(1)] string? Trouble);
