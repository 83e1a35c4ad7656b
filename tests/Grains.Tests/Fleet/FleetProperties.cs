using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Fleet;

namespace IoTOrleans.Grains.Tests.Fleet;

/// <summary>Whatever happens on the way, the numbers and the list come to be what is stored.</summary>
public sealed class FleetProperties
{
    private const int Things = 12;
    private const int Silos = 3;

    private static readonly DeviceStatus?[] Next =
    [
        null,
        FleetWorld.Status("", PresenceStatus.Unknown),
        FleetWorld.Status("", PresenceStatus.Connected),
        FleetWorld.Status("", PresenceStatus.Connected),
        FleetWorld.Status("", PresenceStatus.Grace),
        FleetWorld.Status("", PresenceStatus.Grace, muted: true),
        FleetWorld.Status("", PresenceStatus.Offline),
        FleetWorld.Status("", PresenceStatus.Offline, muted: true),
        FleetWorld.Status("", PresenceStatus.Recovering),
    ];

    /// <summary>With words for those who look at a failure.</summary>
    private sealed record Step(string Words, Action<FleetWorld> Take)
    {
        public override string ToString() => Words;
    }

    private static Gen<Step> Write(bool fails) => Gen.Select(
        Gen.Int[0, Silos - 1], Gen.Int[0, Things - 1], Gen.Int[0, Next.Length - 1].Select(which => Next[which]), Gen.Bool, (silo, thing, next, done) =>
            new Step($"silo {silo} writes t{thing} {next?.Status}{(fails ? done ? ", but has no answer" : ", but fails" : "")}",
                world => world.Write(silo, $"t{thing}", next is null ? null : next with { ThingName = $"t{thing}" }, fails, done || !fails)));

    private static Gen<Step> On(string words, Action<FleetWorld, int> what) =>
        Gen.Int[0, Silos - 1].Select(silo => new Step($"silo {silo} {words}", world => what(world, silo)));

    private static Gen<Step> Do(string words, Action<FleetWorld> what) => Gen.Const(new Step(words, what));

    private static readonly Gen<Step> Pass =
        Gen.Int[1, 4000].Select(ms => new Step($"{ms} ms pass", world => world.Pass(TimeSpan.FromMilliseconds(ms))));

    /// <summary>What happens every day, reports in the wrong order and lost answers included.</summary>
    private static readonly (int, IGen<Step>)[] Daily =
    [
        (20, Write(fails: false)),
        (12, On("reports", (world, silo) => world.Deliver(silo))),
        (4, On("reports and gets no answer", (world, silo) => world.Deliver(silo, answerIsLost: true))),
        (8, Do("the list is read", world => world.StepLoad())),
        (8, Do("all are counted", world => world.StepCount())),
        (6, Pass),
        (1, Do("the list is to be read again", world => world.LoadAgain())),
        (1, On("leaves", (world, silo) => world.Leave(silo))),
        (1, Do("who is gone is noticed", world => world.NoticeTheDead())),
        (1, Do("the grain ends and starts", world => world.Restart(clean: true))),
    ];

    private static readonly (int, IGen<Step>)[] Faults =
    [
        (2, Write(fails: true)),
        (1, Do("the daily count begins", world => world.CountAgain())),
        (1, On("dies", (world, silo) => world.Die(silo))),
        (1, Do("the grain dies and starts", world => world.Restart(clean: false))),
        (1, Do("the grain starts a second time", world => world.Split())),
        (4, On("reports to the first of two", (world, silo) => world.DeliverToFirst(silo))),
        (1, On("reports to the first of two and gets no answer", (world, silo) => world.DeliverToFirst(silo, answerIsLost: true))),
        (1, Do("the first of two ends", world => world.FirstEnds())),
    ];

    [Fact]
    public void After_any_faults_the_fleet_is_what_is_stored() =>
        Gen.Select(Gen.Int[3, 40], Gen.Frequency([.. Daily, .. Faults]).Array[1, 120]).Sample((room, plan) =>
        {
            var world = new FleetWorld(Silos, room);
            foreach (var step in plan) step.Take(world);
            world.Rest();
            ShouldBeRight(world);
        }, iter: 5000, print: plan => $"room {plan.Item1}\n{string.Join('\n', (IEnumerable<Step>)plan.Item2)}");

    /// <summary>Else the number would come from a new count each time, and the reports could be wrong.</summary>
    [Fact]
    public void Without_faults_things_are_counted_once_and_the_reports_keep_the_number_right() =>
        Gen.Frequency(Daily).Array[1, 120].Sample(plan =>
        {
            var world = new FleetWorld(Silos);
            world.Rest();
            world.Counts.ShouldBe(1);
            var asked = 0;
            foreach (var step in plan)
            {
                step.Take(world);
                if (world.Book.NeedsCount) asked++;
            }

            asked.ShouldBe(0);
            world.Rest();
            ShouldBeRight(world);
        }, iter: 5000, print: plan => string.Join('\n', (IEnumerable<Step>)plan));

    private static void ShouldBeRight(FleetWorld world)
    {
        var (counts, stored) = (world.Book.Counts(DateTimeOffset.UnixEpoch), world.Stored.Values);
        counts.Complete.ShouldBeTrue();
        var view = world.Book.View(DateTimeOffset.UnixEpoch);
        view.Listed.ShouldBeTrue();
        view.Rows.OrderBy(row => row.ThingName, StringComparer.Ordinal)
            .ShouldBe(stored.Where(thing => thing.Status >= PresenceStatus.Grace));
        counts.ShouldBe(new FleetCounts
        {
            AsOf = DateTimeOffset.UnixEpoch,
            Complete = true,
            Total = stored.Count(),
            Unknown = Of(PresenceStatus.Unknown),
            Connected = Of(PresenceStatus.Connected),
            Grace = Of(PresenceStatus.Grace),
            Offline = Of(PresenceStatus.Offline),
            Recovering = Of(PresenceStatus.Recovering),
            Muted = stored.Count(thing => thing.Status >= PresenceStatus.Grace && thing.MutedBy.Count > 0),
        });

        int Of(PresenceStatus status) => stored.Count(thing => thing.Status == status);
    }
}
