using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Mutes;

/// <summary>
/// The rules and the mute index against an oracle that shares no code with them: it knows when the thing was really away, and by which
/// mutes nobody was to be told. Mutes begin, end, overlap, are taken back early, before, inside and across absences;
/// activations die, stray answers come in between.
/// </summary>
public sealed class MuteModel
{
    private const int Grace = 30;

    private const string Thing = "door-3";

    [Fact]
    public void Nobody_is_told_while_a_mute_holds_and_everybody_who_is_due_soon_after() =>
        Worlds(until: true).Sample(world => new Simulation(world).Run(), iter: 2000);

    [Fact]
    public void The_same_with_mutes_that_hold_until_the_thing_has_recovered() =>
        Worlds(until: false).Sample(world => new Simulation(world).Run(), iter: 2000);

    /// <summary>
    /// The silo died in the grace, so no tick came at the deadline, and the thing was back before the next one. It was away for longer than
    /// its grace. So the mute has ended, and the next outage is told.
    /// </summary>
    [Fact]
    public void A_return_before_a_late_look_ends_a_mute_until_the_thing_has_recovered() =>
        new Simulation(new(Hold: 30, Repeat: 0, Legs: [506, 70, 19, 51, 562, 18], [new(Target.Thing, Put: 151, Ahead: 45, null, null, Lag: 4)],
            Crashes: [611], Noises: [])).Run();

    internal enum Target
    {
        Thing, Glob, Attribute, OtherThing, OtherGlob, OtherAttribute,
    }

    /// <param name="Put">When it is put, in seconds; silos know of it <paramref name="Lag"/> seconds later.</param>
    /// <param name="Ahead">It begins this long after it was put.</param>
    /// <param name="Lasts">Null: until the thing has recovered.</param>
    /// <param name="DeletedAfter">Taken back this long after it was put.</param>
    internal sealed record Plan(Target Target, int Put, int Ahead, int? Lasts, int? DeletedAfter, int Lag)
    {
        public int From => Put + Ahead;

        public int Seen => Put + Lag;

        public int? Gone => Put + DeletedAfter + Lag;

        public override string ToString() =>
            $"{Target} put {Put} seen {Seen} from {From} "
                + $"{(Lasts is null ? "until recovered" : $"until {From + Lasts}")}{(Gone is null ? "" : $", deleted: gone {Gone}")}";
    }

    internal sealed record World(int Hold, int Repeat, int[] Legs, Plan[] Mutes, int[] Crashes, int[] Noises)
    {
        public override string ToString() =>
            $"hold {Hold}, repeat {Repeat}, up/away {string.Join("/", Legs)}, crashes {string.Join(",", Crashes)}, "
                + $"noises {string.Join(",", Noises)}\n  " + string.Join("\n  ", Mutes.Select(m => m.ToString()));
    }

    private static Gen<World> Worlds(bool until)
    {
        // Far from the grace and from the hold: on the very second nobody can know which came first.
        var leg = Gen.OneOf(Gen.Int[3, 20], Gen.Int[40, 120], Gen.Int[200, 600]);
        var lasts = until
            ? Gen.Int[5, 500].Select(l => (int?)l)
            : Gen.OneOf(Gen.Const((int?)null), Gen.Const((int?)null), Gen.Int[5, 500].Select(l => (int?)l));
        var deleted = Gen.OneOf(Gen.Const((int?)null), Gen.Int[1, 600].Select(d => (int?)d));
        var plan = Gen.Select(Gen.Enum<Target>(), Gen.Int[0, 1500], Gen.OneOf(Gen.Const(0), Gen.Int[0, 200]), lasts, deleted, Gen.Int[0, 5],
            (t, p, a, l, d, g) => new Plan(t, p, a, l, d, g));
        return Gen.Select(
            Gen.OneOf(Gen.Const(0), Gen.Const(30)), Gen.OneOf(Gen.Const(0), Gen.Const(0), Gen.Const(120)), leg.Array[1, 8],
            plan.Array[0, 4], Gen.Int[0, 2500].Array[0, 5], Gen.Int[0, 2500].Array[0, 20],
            (hold, repeat, legs, mutes, crashes, noises) => new World(hold, repeat, legs, mutes, crashes, noises));
    }

    /// <summary>What the grain does, without Orleans.</summary>
    private sealed class Simulation(World world)
    {
        private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
        private static readonly Dictionary<string, string> attributes = new() { ["site"] = "north" };

        private readonly Oracle _oracle = new(world);

        private readonly RuleContext _base = new()
        {
            ThingName = Thing,
            Settings = new()
            {
                Grace = TimeSpan.FromSeconds(Grace),
                RecoveryHold = TimeSpan.FromSeconds(world.Hold),
                RepeatInterval = TimeSpan.FromSeconds(world.Repeat),
                SettleTime = TimeSpan.FromSeconds(1),
                Notify = ["mail"],
            },
        };

        private DeviceState _state = new();
        private string _stored = Json(new DeviceState());
        private MuteIndex _mutes = new(new MuteList());
        private string _known = "";
        private int? _reminder;
        private int? _timer;
        private int _now;

        public void Run()
        {
            var end = world.Legs.Sum() + 4000;
            var changes = new Dictionary<int, bool>();
            var at = 1;
            for (var i = 0; i < world.Legs.Length; at += world.Legs[i++]) changes[at] = i % 2 == 0;

            for (_now = 0; _now <= end; _now++)
            {
                Learn();
                if (world.Crashes.Contains(_now)) Crash();
                if (world.Noises.Contains(_now))
                    Apply(new PresenceInput.Answered("nothing", NotificationEvent.DeviceOffline, 0, "nobody", DeliveryAnswer.Accepted()));
                if (changes.TryGetValue(_now, out var connected))
                {
                    _oracle.Changed(_now, connected);
                    Apply(new PresenceInput.Changed(
                        new ConnectionChange(connected, ChangeKind.Time, EventSource.Http, Time, Time) { Attributes = attributes }));
                }

                if (_timer <= _now || (_reminder <= _now && (_now - _reminder) % 60 == 0)) Tick();
                _oracle.Second(_now);
            }

            if (_state.Connected == true && _reminder is not null) throw new InvalidOperationException("A reminder is left over.");
        }

        private DateTimeOffset Time => Start.AddSeconds(_now);

        private void Learn()
        {
            var seen = world.Mutes.Index().Where(m => m.Item.Seen <= _now && !(m.Item.Gone <= _now)).ToList();
            if (string.Join(",", seen.Select(m => m.Index)) is var known && known == _known) return;
            _known = known;
            _mutes = new MuteIndex(new MuteList { Mutes = seen.Select(m => ToMute(m.Index, m.Item)).ToList() });
        }

        private static Mute ToMute(int index, Plan plan) => new()
        {
            Id = $"m{index}",
            Thing = plan.Target switch { Target.Thing => Thing, Target.OtherThing => "door-4", _ => null },
            Glob = plan.Target switch { Target.Glob => "door-*", Target.OtherGlob => "porch-*", _ => null },
            Attribute = plan.Target switch
            {
                Target.Attribute => new("site", "north"),
                Target.OtherAttribute => new("site", "south"),
                _ => null,
            },
            From = Start.AddSeconds(plan.From),
            Until = plan.Lasts is { } lasts ? Start.AddSeconds(plan.From + lasts) : null,
            UntilRecovered = plan.Lasts is null,
        };

        private RuleContext Policy() =>
            _mutes.Holding(Thing, _state, Time) is { Count: > 0 } holding ? _base with { MutedBy = holding } : _base;

        private void Tick()
        {
            _timer = null;
            if (_reminder < _now) _reminder = _now;
            if (LookingRules.OnlyWaitsForMute(_state, Policy(), Time)) return;
            Apply(new PresenceInput.Tick());
        }

        private void Apply(PresenceInput input)
        {
            var policy = Policy();
            var decision = PresenceRules.Apply(_state, input, policy, Time);
            var next = PresenceRules.NextLook(decision.State, policy, Time) is { } look
                ? (int)Math.Ceiling((look - Start).TotalSeconds)
                : (int?)null;
            if (next is not null && (_reminder is null || next < _reminder)) _reminder = next;
            if (decision.Persist) _stored = Json(decision.State);
            _state = decision.State;

            if (next is null) _reminder = null;
            else if (!LookingRules.WaitsForMute(_state, policy) && next > Math.Max(_reminder ?? 0, _now) + 60) _reminder = next;
            _timer = next - _now <= 900 ? next : null;
            foreach (var send in decision.Effects.OfType<PresenceEffect.Send>())
            {
                _oracle.Told(_now, send.Notification, (int)(send.Notification.Since - Start).TotalSeconds);
                Apply(new PresenceInput.Answered(send.Notification.OutageId, send.Notification.Event, send.Notification.Sequence,
                    send.Destination, DeliveryAnswer.Accepted()));
            }
        }

        private void Crash()
        {
            _state = System.Text.Json.JsonSerializer.Deserialize<DeviceState>(_stored, Grains.State.DeviceStateJson.Options)!;
            _timer = null;
        }

        private static string Json(DeviceState state) =>
            System.Text.Json.JsonSerializer.Serialize(state, Grains.State.DeviceStateJson.Options);
    }
}
