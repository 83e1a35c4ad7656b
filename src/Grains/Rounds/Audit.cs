using System.Diagnostics.Metrics;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Rounds;

/// <summary>
/// Asks the verifier about things that are taken to be connected: the one way to hear of a "disconnected" that never came in. A grain is
/// woken only for an answer that says so.
/// </summary>
internal sealed partial class Audit(
    IOptions<RoundOptions> options, VerificationQueue verifications, IGrainFactory grains, PresencePolicies policies,
    IMeterFactory meters, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<Audit> logger) : IRound
{
    /// <summary>While more questions than this wait, those are deadlines, and come first.</summary>
    internal const int Busy = VerificationQueue.Workers;

    internal static readonly TimeSpan BusyWait = TimeSpan.FromSeconds(5);

    private readonly Counter<long> _counter = meters.Create("IoTOrleans").CreateCounter<long>(
        "iot_orleans.audited",
        description: "Things taken to be connected that the verifier was asked about, by what its answer was worth.");

    private readonly ConcurrentQueue<string> _found = new();

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

    public void Report()
    {
        if (Names.Take(_found) is { } found) LogFound(found.Count, found.Text);
    }

    private async Task Ask(StoredThing thing, EventSource witness)
    {
        var answer = await verifications.Look(thing.ThingName, witness);
        var context = policies.For(thing.ThingName).With(thing.State.Override);
        var reason = AuditRules.Audited(thing.State, answer, context, ToMilliseconds(time.GetUtcNow())).Reason;
        if (reason == PresenceReason.DisconnectFoundByAudit)
            reason = await grains.GetGrain<IDeviceAnswers>(thing.ThingName).Audited(answer);
        _counter.Add(1, new KeyValuePair<string, object?>("reason", ReasonTexts.NameOf(reason)));
        if (reason == PresenceReason.DisconnectFoundByAudit) _found.Enqueue(thing.ThingName);
    }

    [LoggerMessage(LogLevel.Warning, "{Count} things had disconnected and no event of it ever came in: {ThingNames}. Their grace runs "
        + "from then; look at the rule that routes disconnects, and at its error action.")]
    private partial void LogFound(int count, string thingNames);
}
