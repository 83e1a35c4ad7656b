using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Rounds;

/// <summary>Asks the verifier about things that seem to be connected. A grain is woken only if its disconnect was lost.</summary>
internal sealed partial class Audit(
    IOptions<RoundOptions> options, VerificationQueue verifications, IGrainFactory grains, PresencePolicies policies,
    GrainMetrics metrics, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<Audit> logger) : IRound
{
    /// <summary>If more questions than this wait, they are about deadlines and come first.</summary>
    internal const int Busy = VerificationQueue.Workers;

    internal static readonly TimeSpan BusyWait = TimeSpan.FromSeconds(5);

    private readonly FoundThings _found = new();

    public TimeSpan Every => options.Value.AuditEvery;

    public int PageSize => Math.Min(options.Value.AuditPerSecond, Sweep.ThingsPerSecond);

    public bool GoesOn => true;

    public async Task<TimeSpan> Look(IReadOnlyList<StoredThing> things, CancellationToken cancellationToken)
    {
        while (verifications.Pending > Busy) await Task.Delay(BusyWait, time, cancellationToken);
        var asked = things.Select(thing => (Thing: thing, Witness: AuditRules.Witness(thing.State, policies.For(thing.ThingName))))
            .Where(thing => thing.Witness is not null).ToList();
        await Task.WhenAll(asked.Select(thing => Ask(thing.Thing, thing.Witness!.Value))).WaitAsync(cancellationToken);
        return TimeSpan.FromSeconds(
            Math.Max((double)asked.Count / options.Value.AuditPerSecond, (double)things.Count / Sweep.ThingsPerSecond));
    }

    public void Report() => _found.Report(LogFound);

    private async Task Ask(StoredThing thing, EventSource witness)
    {
        var answer = await verifications.Look(thing.ThingName, witness, ClientOrder.IdsOf(thing.State, thing.ThingName));
        var context = policies.For(thing.ThingName).With(thing.State.Override);
        var reason = AuditRules.Audited(thing.State, answer, context, ToMilliseconds(time.GetUtcNow())).Reason;
        if (reason == PresenceReason.DisconnectFoundByAudit)
            reason = await grains.GetGrain<IDeviceAnswers>(thing.ThingName).Audited(answer);
        metrics.Audited(reason);
        if (reason == PresenceReason.DisconnectFoundByAudit) _found.Add(thing.ThingName);
    }

    [LoggerMessage(LogLevel.Warning, "{Count} things had disconnected without an event: {ThingNames}. Their grace begins at the "
        + "disconnect. Look at the IoT rule that selects disconnects, and at its error action.")]
    private partial void LogFound(int count, string thingNames);
}
