namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// Answers from the broker's live connections, and from the changes that no grain has stored yet. It remembers nothing about things that
/// are gone: their grains were told.
/// </summary>
internal sealed class BrokerVerifier(LiveConnections live, BrokerOutbox outbox, BrokerClock clock, TimeProvider time) : IConnectionVerifier
{
    public string Name => "broker connection";

    public bool Covers(EventSource source) => source == EventSource.Broker;

    public Task<VerifierAnswer> Ask(VerifierQuestion question, CancellationToken cancellationToken) =>
        Task.FromResult(Answer(question.ThingName));

    private VerifierAnswer Answer(string thingName)
    {
        // While the broker stops, it ends all connections itself.
        if (!live.TryFind(thingName, out var visit)) return new(VerifierVerdict.Failed, Detail: "The MQTT broker is not running.");

        // As of now, not as of the connect: that is newer than any event from another source in between.
        if (visit is not null) return new(VerifierVerdict.Connected, time.GetUtcNow(), visit.Number);

        if (outbox.NewestOf(thingName) is not { } untold) return new(VerifierVerdict.Disconnected, clock.Current!.At);

        // Connected: the thing came a moment ago.
        var verdict = untold.Connected ? VerifierVerdict.Connected : VerifierVerdict.Disconnected;
        return new(verdict, untold.Timestamp, untold.Number, Detail: untold.DisconnectReason);
    }
}
