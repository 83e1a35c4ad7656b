using System.Collections.Concurrent;
using IoTOrleans.Chaos.Display;
using IoTOrleans.Chaos.Lines;
using IoTOrleans.Chaos.Silos;

namespace IoTOrleans.Chaos.Faults;

/// <summary>Carries the plan out: begins each fault at its time, and ends it, whatever comes.</summary>
internal sealed class FaultLanes(IReadOnlyDictionary<string, Line> lines, Flotilla silos, Screen screen, TimeProvider time)
{
    private static readonly TimeSpan RestartsAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AfterSilos = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<Injection> _injections = new();

    public IReadOnlyCollection<Injection> Injections => _injections;

    public IEnumerable<string> UnderWay => _injections.Where(injection => injection.Ended is null).Select(injection => injection.Fault.Name);

    public Task Run(
        IReadOnlyList<IReadOnlyList<PlannedFault>> lanes, DateTimeOffset start, TimeSpan duration, CancellationToken cancellationToken) =>
        Task.WhenAll(lanes.Select(faults => OneAfterTheOther(faults, start, start + duration, cancellationToken)));

    /// <summary>
    /// A silo that is not up yet cannot be ended: then this one waits, and one that would last beyond the end is left out. How long silos
    /// take to be up again is not planned, so what follows in the lane may wait, too.
    /// </summary>
    private async Task OneAfterTheOther(
        IReadOnlyList<PlannedFault> faults, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellationToken)
    {
        foreach (var fault in faults)
        {
            var wait = start + fault.At - time.GetUtcNow();
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
            if (fault.IsOfProcesses) await silos.AreUp(cancellationToken);
            if (time.GetUtcNow() + fault.Lasts > end + AMoment) continue;
            await Inject(fault, cancellationToken);
            if (fault.IsOfProcesses) await Task.Delay(AfterSilos, time, cancellationToken);
        }
    }

    private async Task Inject(PlannedFault fault, CancellationToken cancellationToken)
    {
        var injection = new Injection(fault, time.GetUtcNow());
        _injections.Enqueue(injection);
        screen.Say(fault.Lasts > TimeSpan.Zero ? $"{fault.Name}, {fault.Lasts.TotalSeconds:0} s, {fault.Share:P0}" : fault.Name);
        try
        {
            switch (fault.Kind)
            {
                case FaultKind.Killed:
                    await silos[fault.Silo].Kill(RestartsAfter);
                    break;
                case FaultKind.AllKilled:
                    await Task.WhenAll(silos.All.Select(silo => silo.Kill(RestartsAfter)));
                    break;
                case FaultKind.Paused:
                    await silos[fault.Silo].Pause(fault.Lasts, cancellationToken);
                    break;
                case FaultKind.RollingRestart:
                    foreach (var silo in silos.All)
                    {
                        await silo.Terminate(RestartsAfter);
                        await silo.IsUp(cancellationToken);
                    }

                    break;
                default:
                    await lines[fault.Target].Suffer(fault.Kind, fault.Share, fault.Lasts, cancellationToken);
                    break;
            }
        }
        finally
        {
            injection.Ended = time.GetUtcNow();
        }

        if (fault.IsOfProcesses) await silos.AreUp(cancellationToken);
        injection.Healed = time.GetUtcNow();
    }
}
