namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// The witness is the live connection. Of the past it knows what no grain was told yet, and that everything else was told; so
/// nothing has to be remembered of things that are gone.
/// </summary>
internal sealed class BrokerVerifier(LiveConnections live, BrokerOutbox outbox, BrokerClock clock, TimeProvider time) : IConnectionVerifier
{
    public string Name => "broker connection";

    public bool Covers(EventSource source) => source == EventSource.Broker;

    public Task<VerifierAnswer> Ask(string thingName, CancellationToken cancellationToken) => Task.FromResult(Answer(thingName));

    private VerifierAnswer Answer(string thingName)
    {
        // While it stops, every connection is gone, and it is our doing.
        if (!live.TryFind(thingName, out var visit)) return new(VerifierVerdict.Failed, Detail: "The MQTT broker is not running.");
        // Not since when, but now: whatever somebody else has said of it in between.
        if (visit is not null) return new(VerifierVerdict.Connected, time.GetUtcNow(), visit.Number);

        if (outbox.NewestOf(thingName) is not { } untold) return new(VerifierVerdict.Disconnected, clock.Current!.At);

        // Connected: it came this very moment.
        var verdict = untold.Connected ? VerifierVerdict.Connected : VerifierVerdict.Disconnected;
        return new(verdict, untold.Timestamp, untold.Number, Detail: untold.DisconnectReason);
    }
}
