namespace IoTOrleans.Grains.Ports;

/// <summary>Another service that expects a sign of life, and alerts people when none comes.</summary>
public interface IHeartbeat
{
    HeartbeatTerms Terms { get; }

    /// <summary>Sends once, within its own time-outs; throws only when it is cancelled.</summary>
    Task<DeliveryAnswer> Ping(CancellationToken cancellationToken);

    /// <param name="reason">One line.</param>
    Task<DeliveryAnswer> Fail(string reason, CancellationToken cancellationToken);
}

/// <param name="CanFail">It can be told that this service is blind.</param>
public sealed record HeartbeatTerms(bool CanFail)
{
    /// <summary>Between two requests, for the whole cluster. healthchecks.io takes five a minute.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Storage that has not answered for so long makes the service blind. A shorter time may be a restart.</summary>
    public TimeSpan BlindAfter => 5 * Every;
}
