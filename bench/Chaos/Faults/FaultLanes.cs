using System.Collections.Concurrent;
using IoTOrleans.Chaos.Display;
using IoTOrleans.Chaos.Lines;
using IoTOrleans.Chaos.Silos;

namespace IoTOrleans.Chaos.Faults;

/// <summary>Carries the plan out: begins each fault at its time, and ends it, whatever comes.</summary>
internal sealed class FaultLanes(IReadOnlyDictionary<string, Line> lines, Flotilla silos, Screen screen, TimeProvider time)
{
    private static readonly TimeSpan restartsAfter = TimeSpan.FromSeconds(2);
    private readonly ConcurrentQueue<Injection> injections = new();

    public IReadOnlyCollection<Injection> Injections => injections;

    public IEnumerable<string> UnderWay => injections.Where(injection => injection.Ended is null).Select(injection => injection.Fault.Name);

    public async Task Run(IReadOnlyList<PlannedFault> plan, DateTimeOffset start, CancellationToken cancellationToken)
    {
        var running = new List<Task>();
        try
        {
            foreach (var fault in plan)
            {
                var wait = start + fault.At - time.GetUtcNow();
                if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
                running.Add(Inject(fault, cancellationToken));
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(running);
    }

    private async Task Inject(PlannedFault fault, CancellationToken cancellationToken)
    {
        var injection = new Injection(fault, time.GetUtcNow());
        injections.Enqueue(injection);
        screen.Say(fault.Lasts > TimeSpan.Zero ? $"{fault.Name}, {fault.Lasts.TotalSeconds:0} s, {fault.Share:P0}" : fault.Name);
        try
        {
            switch (fault.Kind)
            {
                case FaultKind.Killed:
                    await silos[fault.Silo].Kill(restartsAfter);
                    break;
                case FaultKind.AllKilled:
                    await Task.WhenAll(silos.All.Select(silo => silo.Kill(restartsAfter)));
                    break;
                case FaultKind.Paused:
                    await silos[fault.Silo].Pause(fault.Lasts, cancellationToken);
                    break;
                case FaultKind.RollingRestart:
                    foreach (var silo in silos.All)
                    {
                        await silo.Terminate(restartsAfter);
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

        if (fault.Kind >= FaultKind.Killed) await Task.WhenAll(silos.All.Select(silo => silo.IsUp(cancellationToken)));
        injection.Healed = time.GetUtcNow();
    }
}
