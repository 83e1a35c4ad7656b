using System.Globalization;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Tests.Cluster;
using IoTOrleans.Grains.Tests.World.Judging;
using IoTOrleans.Grains.Tests.World.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace IoTOrleans.Grains.Tests.World;

/// <summary>
/// One thing's life, from its first connect to an hour's calm after the last trouble: the product's own grain, clock and queues on
/// two simulated silos, and around them all that may fail.
/// </summary>
internal sealed partial class SimulatedWorld : IWorld
{
    public const string Mail = "mail";

    /// <summary>Refusals are retried hourly; whatever is owed has been told after this.</summary>
    private const double Calm = 8000;

    /// <summary>After the last event: blows may still hit what the product does about it.</summary>
    private const double TroubleGoesOn = 600;

    private static readonly TimeSpan OnTheWire = TimeSpan.FromMilliseconds(2);

    private readonly Plan _plan;
    private readonly List<string>? _diary;
    private readonly Faults _faults;
    private readonly SimulatedCluster _cluster;
    private readonly Oracle _oracle;
    private readonly History _history;
    private readonly Backlog _backlog;
    private int _deliveries;

    private SimulatedWorld(Plan plan, List<string>? diary)
    {
        (_plan, _diary) = (plan, diary);
        _history = new IotCore(plan.Setup, plan.Chapters).Run();
        _faults = new(plan, () => Time.Seconds);
        Reminders = new(Time);
        _backlog = new(_history, () => Time.Seconds);
        _oracle = new(plan, _history, _backlog, () => Time.Seconds, () => _faults.Until);
        Storage.AfterWrite = _ => Stored();
        _cluster = new(this, Compose);
    }

    public VirtualTime Time { get; } = new();

    public TestStorage Storage { get; } = new();

    public TestReminders Reminders { get; }

    /// <summary>Throws what the oracle objects to, with the whole story of the world.</summary>
    public static void Run(Plan plan)
    {
        try
        {
            new SimulatedWorld(plan, null).Run();
        }
        catch (Exception)
        {
            var diary = new List<string>();
            try
            {
                new SimulatedWorld(plan, diary).Run();
            }
            catch (Exception exception)
            {
                throw new BrokenPromiseException($"{exception.Message}\n{plan}\n{string.Join('\n', diary)}", exception);
            }

            throw;
        }
    }

    public Task<T> Do<T>(SimulatedSilo silo, Effect effect, Func<T> what, CancellationToken patience = default)
    {
        var fate = _faults.Of(effect);
        var answer = new TaskCompletionSource<T>();
        if (patience.CanBeCanceled) patience.Register(() => answer.TrySetCanceled(patience));
        Note($"{silo.Name} {effect.Kind} {effect.To}{(fate == Fate.Done ? "" : $": {fate}")}");
        if (fate == Fate.DiesBefore) _cluster.Crash(silo, TimeSpan.FromSeconds(10));
        else Time.After(
            fate == Fate.Slow ? TimeSpan.FromSeconds(Faults.SlowFor) : OnTheWire, () => Arrive(silo, effect, fate, what, answer));
        return answer.Task;
    }

    private void Arrive<T>(SimulatedSilo silo, Effect effect, Fate fate, Func<T> what, TaskCompletionSource<T> answer)
    {
        Exception? failure = fate == Fate.Refused ? new TimeoutException($"{effect.Kind} is refused.") : null;
        T? result = default;
        if (fate is not Fate.Refused)
        {
            try
            {
                result = what();
                if (effect.Kind == EffectKind.Unregister) Stored();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        }

        if (fate == Fate.DiesAfter) _cluster.Crash(silo, TimeSpan.FromSeconds(10));
        if (fate == Fate.SleepsAfter) _cluster.Sleep(silo, TimeSpan.FromSeconds(40), thenGoesOn: TimeSpan.FromSeconds(15));
        if (fate == Fate.AnswerLost) failure = new TimeoutException($"{effect.Kind}: no answer.");
        Time.After(OnTheWire, () =>
        {
            if (failure is null) answer.TrySetResult(result!);
            else answer.TrySetException(failure);
        });
    }

    private void Run()
    {
        foreach (var message in _history.Messages) Time.At(At(message.Arrives), () => Deliver(message));
        foreach (var trouble in _plan.Troubles) Time.At(At(trouble.From), () => Begin(trouble));
        if (_plan.IsImported) KeepImporting();
        Time.RunUntil(At(Math.Max(_history.End, _faults.Until) + TroubleGoesOn));
        _faults.Over = true;
        Time.RunUntil(At(Math.Max(Time.Seconds, _faults.Until) + Calm));
        var patience = At(Time.Seconds + 120);
        while (!_cluster.AtRest && Time.GetUtcNow() < patience) Time.RunUntil(Time.GetUtcNow() + TimeSpan.FromMilliseconds(100));

        // What a dead silo left behind removes itself when it ticks, which may be a day away.
        if (_plan.HasDeaths && Reminders.NextTick() is { } tick && tick > Time.GetUtcNow()) Time.RunUntil(tick.AddMinutes(2));
        DeviceStatus? status = null;
        var silo = _cluster.Alive.First();
        silo.Stage.Do(async () => status = await Device(silo).GetStatus());
        Time.RunUntil(At(Time.Seconds + 1));
        _oracle.AtTheEnd(status, State, Reminders.Exists(Id));
    }

    private void Begin(Trouble trouble)
    {
        Note($"{trouble.Kind} begins, for {trouble.Lasts} s");
        var lasts = TimeSpan.FromSeconds(trouble.Lasts);
        switch (trouble.Kind)
        {
            case TroubleKind.SiloDies:
                _cluster.Crash(_cluster.At(trouble.From), lasts);
                break;
            case TroubleKind.AllSilosDie:
                _cluster.Crash(_cluster.At(0), lasts);
                _cluster.Crash(_cluster.At(1), lasts);
                break;
            case TroubleKind.SiloSleeps:
                _cluster.Sleep(_cluster.At(trouble.From), lasts, thenGoesOn: TimeSpan.FromSeconds(trouble.From % 20));
                break;
        }
    }

    /// <summary>The queue delivers until somebody deletes the message.</summary>
    private void Deliver(Message message)
    {
        var consumers = _cluster.Alive.ToArray();
        if (consumers.Length == 0)
        {
            Time.After(TimeSpan.FromSeconds(3), () => Deliver(message));
            return;
        }

        var consumer = consumers[_deliveries++ % consumers.Length];
        var deleted = false;
        Note($"{consumer.Name} receives {message}");
        _oracle.Arrived(message);
        consumer.Stage.Do(async () =>
        {
            try
            {
                var reason = await Device(consumer).Report(message.What);
                Note($"{consumer.Name} deletes {message}: {reason}");
                deleted = true;
                _backlog.Taken(message);
                _oracle.Taken(message);
                Look();
            }
            catch (Exception exception)
            {
                Note($"{consumer.Name} gives back {message}: {exception.Message}");
            }
        });
        Time.After(TimeSpan.FromSeconds(33), () =>
        {
            if (!deleted) Deliver(message);
        });
    }

    /// <summary>The reminder service of whichever silo owns the thing; a tick that nobody is there to take is missed.</summary>
    public void Remind()
    {
        foreach (var grainId in Reminders.TakeDue())
        {
            var (owner, tick) = (_cluster.OwnerOf(IotCore.Thing),
                new TickStatus(Time.GetUtcNow().UtcDateTime, TimeSpan.FromMinutes(1), Time.GetUtcNow().UtcDateTime));
            Note($"{owner?.Name ?? "nobody"} ticks");
            owner?.Stage.Do(
                () => _cluster.Call(owner, grainId.Key.ToString()!, grain => grain.ReceiveReminder("presence", tick), _ => { }));
        }

        if (Reminders.NextTick() is { } next) Time.At(next, Remind);
    }

    public TimeSpan CollectionAge => _plan.IsShortOfMemory ? TimeSpan.FromSeconds(10) : TimeSpan.FromMinutes(2);

    private DeviceState? State => Storage.JsonOf(Id) is { } json
        ? System.Text.Json.JsonSerializer.Deserialize<DeviceState>(json, Grains.State.DeviceStateJson.Options) : null;

    private void Stored()
    {
        if (State is { } state) _oracle.Stored(state, Reminders.Exists(Id));
    }

    /// <summary>The oracle looks when something should have been told; troubles that come meanwhile put it off.</summary>
    private void Look()
    {
        _oracle.Look(State);
        if (_oracle.LookAgainAt() is { } again) Time.At(At(again + 0.01), Look);
    }

    private void Compose(SimulatedSilo silo, IServiceCollection services)
    {
        var setup = _plan.Setup;
        services.Configure<PresenceOptions>(options =>
        {
            options.Policy = new()
            {
                Grace = TimeSpan.FromSeconds(setup.Grace),
                SettleTime = TimeSpan.FromSeconds(Setup.Settle),
                RecoveryHold = TimeSpan.FromSeconds(setup.Hold),
                RecheckEvery = TimeSpan.FromSeconds(setup.Recheck),
                RepeatInterval = TimeSpan.FromSeconds(setup.Repeat),
                NotifyRecovery = setup.TellsRecovery,
            };
        });
        foreach (var name in new[] { Mail, "hook" }.Take(setup.Destinations))
            services.AddSingleton<INotificationDestination>(new Destination(name, this, silo));
        services.AddSingleton<IIngestProgress>(_backlog);
        if (setup.Witness != Witness.None) services.AddSingleton<IConnectionVerifier>(new Verifier(this, silo));
    }

    private static GrainId Id { get; } = GrainId.Create("device", IotCore.Thing);

    private static IDeviceGrain Device(SimulatedSilo silo) =>
        silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IDeviceGrain>(IotCore.Thing);

    private static DateTimeOffset At(double seconds) => VirtualTime.Start.AddSeconds(seconds);

    private void Note(string what) => _diary?.Add(string.Create(CultureInfo.InvariantCulture, $"  {Time.Seconds,9:0.000} s  {what}"));

    private sealed class Destination(string name, SimulatedWorld world, SimulatedSilo silo) : INotificationDestination
    {
        public string Name => name;

        /// <summary>One thing alone is no storm, and these silos host no dispatcher.</summary>
        public DestinationTerms Terms { get; } = new() { Collapse = false };

        public Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public async Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken)
        {
            var began = world.Time.Seconds;
            var denied = false;
            await world.Do(silo, new(EffectKind.Send, name), () =>
            {
                denied = world._plan.Troubles.Any(trouble => trouble.Kind == TroubleKind.MailRefuses && name == Mail
                    && trouble.From <= began && began < trouble.From + trouble.Lasts);
                if (denied) return true;
                world.Note($"{name} hears {notification.Event.Name()} {notification.Sequence} of {notification.OutageId}");
                world._oracle.Heard(name, notification, began);
                return true;
            }, cancellationToken);
            return denied ? DeliveryAnswer.Refused("denied") : DeliveryAnswer.Accepted();
        }
    }

    private sealed class Verifier(SimulatedWorld world, SimulatedSilo silo) : IConnectionVerifier
    {
        public string Name => "witness";

        public bool Covers(EventSource source) => source == EventSource.Queue;

        public Task<VerifierAnswer> Ask(VerifierQuestion question, CancellationToken cancellationToken)
        {
            var askedAt = world.Time.Seconds;
            return world.Do(silo, new(EffectKind.Ask, question.ThingName), () =>
            {
                var answer = world._history.Look(world._plan.Setup.Witness, question, askedAt, world.Time.Seconds);
                world.Note($"{(answer.Clients is null ? "shadow" : "connection")} says {answer.Verdict} since {answer.ChangedAt:T}");
                world._oracle.Answered(answer);
                return answer;
            }, cancellationToken);
        }
    }
}
