using IoTOrleans.Grains.Devices;
using Microsoft.Extensions.DependencyInjection;

namespace IoTOrleans.Grains.Tests.World.Runtime;

/// <summary>
/// Two silos, who is taken for alive, and where each thing's activation is believed to be. A silo that slept for longer than the
/// others' patience wakes with activations that have been replaced.
/// </summary>
internal sealed class SimulatedCluster
{
    /// <summary>Orleans' default of three missed probes, roughly.</summary>
    public static readonly TimeSpan FoundDeadAfter = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan OnTheWire = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(30);

    private readonly Action<SimulatedSilo, IServiceCollection> _compose;
    private readonly SimulatedSilo[] _silos;
    private int _starts;

    public SimulatedCluster(IWorld world, Action<SimulatedSilo, IServiceCollection> compose)
    {
        (World, _compose) = (world, compose);
        _silos = [Start('A'), Start('B')];
    }

    public IWorld World { get; }

    public IEnumerable<SimulatedSilo> Alive => _silos.Where(silo => silo is { IsMember: true, Stage: { Dead: false, Asleep: false } });

    public SimulatedSilo At(int place) => _silos[place % _silos.Length];

    public bool AtRest => _silos.All(silo => silo.Stage.Dead || silo.Activations.Values.All(activation => activation.AtRest));

    public void Crash(SimulatedSilo silo, TimeSpan downFor)
    {
        if (silo.Stage.Dead) return;
        silo.Stage.Kill();
        World.Time.After(FoundDeadAfter < downFor ? FoundDeadAfter : downFor, () => Bury(silo));
        World.Time.After(downFor, () => _silos[Array.IndexOf(_silos, silo)] = Start(silo.Name[0]));
    }

    /// <summary>A pause of the whole process; if it was too long it finds out a little later, and ends.</summary>
    public void Sleep(SimulatedSilo silo, TimeSpan lasts, TimeSpan thenGoesOn)
    {
        if (silo.Stage.Dead || silo.Stage.Asleep) return;
        silo.Stage.Sleep();
        if (lasts > FoundDeadAfter) World.Time.After(FoundDeadAfter, () => Bury(silo));
        World.Time.After(lasts, silo.Stage.Wake);
        if (lasts > FoundDeadAfter) World.Time.After(lasts + thenGoesOn, () => Crash(silo, TimeSpan.FromSeconds(5)));
    }

    public void Call(
        SimulatedSilo from, string thingName, Func<DeviceGrain, Task> call, Action<Exception?> answered, bool interleave = false)
    {
        var open = true;
        SimulatedSilo? target = null;
        Action<Exception?> done = null!;
        done = failure =>
        {
            if (!open) return;
            open = false;
            target?.Outstanding.Remove(done);
            World.Time.After(OnTheWire, () => from.Stage.Do(() => answered(failure)));
        };
        World.Time.After(ResponseTimeout, () => done(new TimeoutException($"{thingName} does not answer.")));
        World.Time.After(OnTheWire, () =>
        {
            target = Find(from, thingName);
            if (target is null)
            {
                done(new SiloUnavailableException("There is no silo for it."));
                return;
            }

            target.Outstanding.Add(done);
            target.Stage.Do(() => Forward(target, thingName, call, done, interleave));
        });
    }

    /// <summary>To the activation on this silo, which is made if need be; on another, if it has moved meanwhile.</summary>
    public void Forward(
        SimulatedSilo silo, string thingName, Func<DeviceGrain, Task> call, Action<Exception?> done, bool interleave = false)
    {
        if (Find(silo, thingName) is { } elsewhere && elsewhere != silo)
        {
            elsewhere.Stage.Do(() => Forward(elsewhere, thingName, call, done, interleave));
            return;
        }

        if (!silo.Activations.TryGetValue(thingName, out var activation))
        {
            if (!silo.IsMember)
            {
                done(new SiloUnavailableException("This silo has been declared dead."));
                return;
            }

            activation = silo.Activations[thingName] = new(silo, thingName);
        }

        if (interleave && activation.Grain is { } grain) _ = Aside(grain, call, done);
        else activation.Call(call, done);
    }

    public static void Ended(Activation activation, SimulatedSilo silo)
    {
        if (silo.Activations.GetValueOrDefault(activation.ThingName) == activation) silo.Activations.Remove(activation.ThingName);
    }

    /// <summary>The silo whose part of the ring the reminder of this thing is in.</summary>
    public SimulatedSilo? OwnerOf(string thingName)
    {
        var members = _silos.Where(silo => silo.IsMember).ToArray();
        return members.Length == 0 ? null : members[thingName[^1] % members.Length];
    }

    private static async Task Aside(DeviceGrain grain, Func<DeviceGrain, Task> call, Action<Exception?> done)
    {
        try
        {
            await call(grain);
            done(null);
        }
        catch (Exception exception)
        {
            done(exception);
        }
    }

    private SimulatedSilo? Find(SimulatedSilo from, string thingName)
    {
        if (from.Activations.ContainsKey(thingName)) return from;
        if (!from.IsMember) return null;
        return _silos.FirstOrDefault(silo => silo.IsMember && silo.Activations.ContainsKey(thingName)) ?? from;
    }

    private static void Bury(SimulatedSilo silo)
    {
        if (!silo.IsMember) return;
        silo.IsMember = false;
        foreach (var done in silo.Outstanding.ToArray()) done(new SiloUnavailableException($"{silo.Name} is gone."));
    }

    private SimulatedSilo Start(char place) => new(this, $"{place}{++_starts}", _compose);
}
