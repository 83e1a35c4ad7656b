using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Tests.Cluster;
using IoTOrleans.Grains.Tests.World.Judging;

namespace IoTOrleans.Grains.Tests.World;

/// <summary>
/// The same plans and the same oracle on Orleans itself: a proof that the simulated silos are not kinder than real ones. Messages,
/// activations that die, writes that fail or are not answered.
/// </summary>
internal sealed class ClusterWorld
{
    private const int Calm = 240;

    private readonly Lock _court = new();
    private readonly Plan _plan;
    private readonly History _history;
    private readonly VirtualCluster _cluster;
    private readonly Oracle _oracle;
    private readonly Backlog _backlog;
    private double _troubleUntil;
    private int _messages;
    private int _writes;

    private ClusterWorld(Plan plan, History history, Backlog backlog, VirtualCluster cluster)
    {
        (_plan, _history, _backlog, _cluster) = (plan, history, backlog, cluster);
        _oracle = new(plan, history, backlog, () => Seconds, () => _troubleUntil);
        foreach (var destination in cluster.Destinations)
        {
            destination.Answer = notification =>
            {
                Judge(() => _oracle.Heard(destination.Name, notification, Seconds));
                return Task.FromResult(DeliveryAnswer.Accepted());
            };
        }

        cluster.Storage.BeforeWrite = _ => Blow(++_writes, BlowKind.Refused);
        cluster.Storage.AfterWrite = _ =>
        {
            Judge(() => _oracle.Stored(State!, _cluster.Reminders.Exists(_cluster.IdOf())));
            Blow(_writes, BlowKind.AnswerLost);
        };
    }

    public static async Task Run(Plan plan)
    {
        var history = new IotCore(plan.Setup, plan.Chapters).Run();
        ClusterWorld? world = null;
        var backlog = new Backlog(history, () => world?.Seconds ?? 0);
        await using var cluster = await VirtualCluster.Start(options => Configure(options, plan.Setup), cluster =>
        {
            if (plan.Setup.Destinations > 1) cluster.Destinations.Add(new TestDestination("hook"));
            cluster.TellOneByOne();
            cluster.IngestProgress = backlog;
            if (plan.Setup.Witness != Witness.None) cluster.Verifier.Answer = about => Task.FromResult(world!.Ask(about));
        });
        world = new ClusterWorld(plan, history, backlog, cluster);
        await world.Live();
    }

    private double Seconds => (_cluster.Now - Runtime.VirtualTime.Start).TotalSeconds;

    private DeviceState? State => _cluster.Storage.JsonOf(_cluster.IdOf()) is { } json
        ? System.Text.Json.JsonSerializer.Deserialize<DeviceState>(json, Grains.State.DeviceStateJson.Options) : null;

    private static void Configure(PresenceOptions options, Setup setup)
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
    }

    private async Task Live()
    {
        var queue = new PriorityQueue<Message, double>(_history.Messages.Select(message => (message, message.Arrives)));
        while (queue.TryDequeue(out var message, out var arrives))
        {
            if (arrives > Seconds) await _cluster.Advance(TimeSpan.FromSeconds(arrives - Seconds));
            if (!await Deliver(message)) queue.Enqueue(message, Seconds + 15);
        }

        await _cluster.Advance(TimeSpan.FromSeconds(Math.Max(0, _history.Changes[^1].At - Seconds) + Calm));
        var status = await _cluster.Device().GetStatus();
        _oracle.AtTheEnd(status, State, _cluster.Reminders.Exists(_cluster.IdOf()));
    }

    /// <summary>False: nobody has deleted it.</summary>
    private async Task<bool> Deliver(Message message)
    {
        Judge(() => _oracle.Arrived(message));
        var taken = true;
        try
        {
            await _cluster.Device().Report(message.What);
            Judge(() =>
            {
                _backlog.Taken(message);
                _oracle.Taken(message);
            });
        }
        catch (Exception exception) when (exception is not BrokenPromiseException)
        {
            taken = false;
        }

        if (_plan.Blows.Any(blow => blow.Kind == BlowKind.DiesAfter && blow.Effect == _messages)) await _cluster.Crash();
        _messages++;
        await _cluster.Rest();
        return taken;
    }

    private void Blow(int write, BlowKind kind)
    {
        if (!_plan.Blows.Any(blow => blow.Kind == kind && blow.Effect == write)) return;
        _troubleUntil = Seconds + 60;
        throw new TimeoutException($"write {write}: {kind}");
    }

    private VerifierAnswer Ask(VerifierQuestion question)
    {
        var answer = _history.Look(_plan.Setup.Witness, question, Seconds, Seconds);
        Judge(() => _oracle.Answered(answer));
        return answer;
    }

    private void Judge(Action what)
    {
        lock (_court) what();
    }
}
