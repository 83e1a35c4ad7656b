namespace IoTOrleans.Events;

/// <summary>
/// Takes connect failures of all sources, and brings them to the grains a little later. Anybody who may connect to AWS IoT can make as
/// many of them as they like, with a new name each time. So they wait in a bounded table, and only so many grains are called in a second.
/// Neither the queue nor a verdict waits for them.
/// </summary>
internal sealed class ConnectFailureRelay(IConnectionChangeSink sink, EventMetrics metrics, TimeProvider time) : BackgroundService
{
    internal const int MostThings = 10_000;

    /// <summary>AWS IoT lets a client try once a second.</summary>
    internal const int MostOfThing = 100;

    /// <summary>Each second. A thing that is not known costs an activation and a read of storage.</summary>
    internal const int ThingsAtATime = 100;

    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private const int AtOnce = 16;

    private readonly Lock _sync = new();
    private readonly Queue<string> _turns = [];
    private readonly Dictionary<string, List<ConnectFailure>> _waiting = new(StringComparer.Ordinal);

    public void Add(string thingName, ConnectFailure failure)
    {
        if (!TryAdd(thingName, failure)) metrics.ConnectFailures("dropped");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);

        // Ends the loop without an exception, which a host that fails to start would log as a crash.
        await using var stopping = stoppingToken.Register(timer.Dispose);
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
            await DeliverSome(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The next hundred things get what has come for them.</summary>
    internal Task DeliverSome(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        TakeSome(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, Deliver);

    private bool TryAdd(string thingName, ConnectFailure failure)
    {
        lock (_sync)
        {
            if (!_waiting.TryGetValue(thingName, out var failures))
            {
                if (_waiting.Count == MostThings) return false;
                _waiting[thingName] = failures = [];
                _turns.Enqueue(thingName);
            }

            if (failures.Count == MostOfThing) return false;
            failures.Add(failure);
            return true;
        }
    }

    private List<(string ThingName, List<ConnectFailure> Failures)> TakeSome()
    {
        var some = new List<(string, List<ConnectFailure>)>();
        lock (_sync)
        {
            while (some.Count < ThingsAtATime && _turns.TryDequeue(out var thingName))
            {
                if (_waiting.Remove(thingName, out var failures)) some.Add((thingName, failures));
            }
        }

        return some;
    }

    private async ValueTask Deliver((string ThingName, List<ConnectFailure> Failures) thing, CancellationToken cancellationToken)
    {
        var counted = 0;
        thing.Failures.Sort((one, other) => one.Timestamp.CompareTo(other.Timestamp));
        try
        {
            counted = await sink.Report(thing.ThingName, thing.Failures).WaitAsync(cancellationToken);
        }
        catch (Exception)
        {
            // Not tried again: evidence is not worth it, and storage logs its trouble.
            metrics.ConnectFailures("dropped", thing.Failures.Count);
            return;
        }

        metrics.ConnectFailures("counted", counted);
        metrics.ConnectFailures("ignored", thing.Failures.Count - counted);
    }
}
