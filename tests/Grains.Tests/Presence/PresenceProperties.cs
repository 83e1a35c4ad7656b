using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>
/// The rules against an oracle that shares no code with them: it knows every connection of the thing in its true order, and which of
/// the events about them have arrived so far. Any delay, order and repetition, lost, late and repeated answers, failed
/// writes and crashes.
/// </summary>
public sealed class PresenceProperties
{
    [Fact]
    public void Told_of_every_absence_that_is_known_to_outlast_its_grace_and_of_no_other_by_lifecycle_events() =>
        Worlds(Source.Lifecycle).Sample(world => new Simulation(world).Run(), iter: 3000);

    [Fact]
    public void Told_of_every_absence_that_is_known_to_outlast_its_grace_and_of_no_other_by_shadow_versions() =>
        Worlds(Source.Shadow).Sample(world => new Simulation(world).Run(), iter: 3000);

    [Fact]
    public void Told_of_every_absence_that_is_known_to_outlast_its_grace_and_of_no_other_by_time_stamps() =>
        Worlds(Source.Time).Sample(world => new Simulation(world).Run(), iter: 3000);

    [Fact]
    public void Told_of_every_absence_that_is_known_to_outlast_its_grace_and_of_no_other_by_the_broker() =>
        Worlds(Source.Broker).Sample(world => new Simulation(world).Run(), iter: 3000);

    internal enum Source
    {
        Lifecycle, Shadow, Time, Broker,
    }

    /// <summary>Seconds until the next change, how the event about it travels, and whether it comes twice.</summary>
    internal sealed record Leg(int Lasts, int Delay, int RepeatedAfter, int StampOff, int Skipped)
    {
        public override string ToString() =>
            $"lasts {Lasts} s, event {Delay} s late, again after {RepeatedAfter} s, stamp {StampOff} s off, number +{1 + Skipped}";
    }

    internal sealed record World(Source Source, int Grace, int Hold, Leg[] Legs, int[] Fates)
    {
        public override string ToString() =>
            $"{Source}, grace {Grace} s, hold {Hold} s, fates {string.Join(",", Fates)}\n  "
                + string.Join("\n  ", Legs.Select((leg, i) => $"{(i % 2 == 0 ? "up" : "away")} {leg}"));
    }

    private static Gen<World> Worlds(Source source)
    {
        var lasts = Gen.OneOf(Gen.Int[2, 20], Gen.Int[40, 90], Gen.Int[200, 900]);
        var delay = Gen.OneOf(Gen.Const(0), Gen.Int[0, 4], Gen.Int[0, 100]);
        var leg = Gen.Select(lasts, delay, Gen.Int[0, 200], Gen.Int[-115, 115], Gen.Int[0, 2], (l, d, r, s, k) => new Leg(l, d, r, s, k));
        return Gen.Select(
            Gen.OneOf(Gen.Const(20), Gen.Const(60)), Gen.OneOf(Gen.Const(0), Gen.Const(30)), leg.Array[1, 9], Gen.Int[0, 11].Array[1, 40],
            (grace, hold, legs, fates) => new World(source, grace, hold, legs, fates));
    }

    /// <summary>What the grain does, without Orleans: store, keep a clock, ask; and what may go wrong with each.</summary>
    private sealed class Simulation(World world)
    {
        private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
        private static readonly string[] Destinations = ["mail", "hook"];

        private readonly RuleContext _policy = new()
        {
            ThingName = "rpi-1",
            Settings = new()
            {
                Grace = TimeSpan.FromSeconds(world.Grace), RecoveryHold = TimeSpan.FromSeconds(world.Hold),
                SettleTime = TimeSpan.FromSeconds(5),
                Notify = Destinations,
            },
        };

        private readonly PriorityQueue<Arrival, (int At, int Order)> _arrivals = new();
        private readonly PriorityQueue<PresenceInput.Answered, (int At, int Order)> _answers = new();
        private readonly Dictionary<string, List<(int At, Notification Notification)>> _accepted = Destinations.ToDictionary(
            d => d, _ => new List<(int, Notification)>());

        private DeviceState _state = new();
        private string _stored = Json(new DeviceState());
        private int? _reminder;
        private int? _timer;
        private int _now;
        private int _order;
        private int _fate;

        // The oracle's knowledge: the truly latest event that has been taken in.
        private int _latest = -1;
        private int _latestTrueTime;
        private int _latestTakenAt;
        private bool _wasTold;

        public void Run()
        {
            var calm = Emit();
            var trouble = calm + 120;
            for (_now = 0; _now <= calm + 4000; _now++)
            {
                while (_arrivals.TryPeek(out _, out var due) && due.At <= _now) Arrive(_arrivals.Dequeue(), trouble);
                while (_answers.TryPeek(out _, out var due) && due.At <= _now) Apply(_answers.Dequeue(), trouble);
                if (_timer <= _now || (_reminder <= _now && (_now - _reminder) % 60 == 0)) Tick(trouble);
                CheckStatus(trouble);
            }

            CheckNotifications();
        }

        private int Emit()
        {
            var (time, number, last) = (10, 0, 0);
            for (var i = 0; i < world.Legs.Length; i++)
            {
                var leg = world.Legs[i];
                var connected = i % 2 == 0;
                if (connected) number += 1 + leg.Skipped;
                var version = (i * 3) + leg.Skipped + 1;
                var at = Start.AddSeconds(time);
                var change = world.Source switch
                {
                    Source.Lifecycle => new ConnectionChange(connected, ChangeKind.Lifecycle, EventSource.Queue,
                        at.AddSeconds(leg.StampOff), at) { Number = number, SessionIdentifier = $"s{number}" },
                    Source.Shadow => new ConnectionChange(
                        connected, ChangeKind.Shadow, EventSource.Queue, at, at) { Number = version, SaysChanged = true },
                    Source.Broker =>
                        new ConnectionChange(connected, ChangeKind.Broker, EventSource.Broker, at, at) { Number = number, BrokerStart = 1 },
                    _ => new ConnectionChange(connected, ChangeKind.Time, EventSource.Queue, at, at),
                };
                Enqueue(new Arrival(i, time, change), time + leg.Delay);
                if (leg.RepeatedAfter > 100) Enqueue(new Arrival(i, time, change), time + leg.Delay + leg.RepeatedAfter);
                last = Math.Max(last, time + leg.Delay + leg.RepeatedAfter);
                time += leg.Lasts;
            }

            return Math.Max(last, time);
        }

        private void Enqueue(Arrival arrival, int at) => _arrivals.Enqueue(arrival, (at, _order++));

        private void Arrive(Arrival arrival, int trouble)
        {
            if (!Apply(new PresenceInput.Changed(arrival.Change), trouble))
            {
                Enqueue(arrival, _now + 15);
                return;
            }

            if (arrival.Index <= _latest) return;

            // Time stamps alone do not prove that two disconnects in a row had a connect between them.
            var sameRun = world.Source == Source.Time && _latest >= 0 && _latest % 2 == arrival.Index % 2;
            (_latest, _latestTrueTime, _latestTakenAt) = (arrival.Index, sameRun ? _latestTrueTime : arrival.TrueTime, _now);
        }

        private void Tick(int trouble)
        {
            _timer = null;
            if (_reminder < _now) _reminder = _now;
            Apply(new PresenceInput.Tick(), trouble);
        }

        /// <summary>False: nothing happened, and whoever asked has to come again.</summary>
        private bool Apply(PresenceInput input, int trouble)
        {
            var fate = Fate(trouble);
            if (fate == 1) Crash();
            var now = Start.AddSeconds(_now);
            var decision = PresenceRules.Apply(_state, input, _policy, now);
            var next = PresenceRules.NextLook(decision.State, _policy, now) is { } look
                ? (int)Math.Ceiling((look - Start).TotalSeconds)
                : (int?)null;

            if (next is not null && (_reminder is null || next < _reminder)) _reminder = next;
            if (decision.Persist)
            {
                if (fate == 2)
                {
                    // The write is refused: the activation ends, the message comes again.
                    Crash();
                    return false;
                }

                var before = PresenceRules.StatusOf(_state, _policy, now);
                _stored = Json(decision.State);
                CheckIndexed(decision.State, now);
                if (before == PresenceStatus.Grace && PresenceRules.StatusOf(decision.State, _policy, now) == PresenceStatus.Offline)
                    CheckVerdict();
            }

            _state = decision.State;
            if (fate == 3)
            {
                // It dies right after the write: no effect, no reminder moved.
                Crash();
                return true;
            }

            if (next is null) _reminder = null;
            else if (next > Math.Max(_reminder ?? 0, _now) + 60) _reminder = next;
            CheckIndexed(_state, now);
            _timer = next;
            foreach (var send in decision.Effects.OfType<PresenceEffect.Send>()) Deliver(send, trouble);
            return true;
        }

        private void Crash()
        {
            _state = System.Text.Json.JsonSerializer.Deserialize<DeviceState>(_stored, Grains.State.DeviceStateJson.Options)!;
            _timer = null;
        }

        private void Deliver(PresenceEffect.Send send, int trouble)
        {
            var fate = Fate(trouble);
            var answer = new PresenceInput.Answered(
                send.Notification.OutageId, send.Notification.Event, send.Notification.Sequence, send.Destination,
                fate == 4 ? DeliveryAnswer.Failed("down") : DeliveryAnswer.Accepted());
            if (fate == 5) return;
            if (fate != 4) _accepted[send.Destination].Add((_now, send.Notification));
            if (fate == 6) return;
            _answers.Enqueue(answer, (_now + (fate == 7 ? 20 : 0), _order++));
            if (fate == 8) _answers.Enqueue(answer, (_now + 30, _order++));
        }

        /// <summary>Once the world is calm, everything works.</summary>
        private int Fate(int trouble) => _now > trouble ? 0 : world.Fates[_fate++ % world.Fates.Length];

        /// <summary>Whoever is told now must be away by the latest event that was taken in.</summary>
        private void CheckVerdict()
        {
            if (_latest < 0 || _latest % 2 == 0)
                throw new InvalidOperationException($"At {_now} s a thing was told offline that is known to be connected.");
            if (_now < _latestTrueTime + world.Grace)
                throw new InvalidOperationException($"At {_now} s a thing was told offline before its grace was over.");
        }

        /// <summary>Lists of what is not well are read from the reminder table.</summary>
        private void CheckIndexed(DeviceState state, DateTimeOffset now)
        {
            var status = PresenceRules.StatusOf(state, _policy, now);
            if (_reminder is null && status is (PresenceStatus.Grace or PresenceStatus.Offline or PresenceStatus.Recovering))
                throw new InvalidOperationException($"At {_now} s it is {status} without a reminder.");
        }

        private void CheckStatus(int trouble)
        {
            if (_now <= trouble + 65 || _latest < 0) return;
            var status = PresenceRules.StatusOf(_state, _policy, Start.AddSeconds(_now));
            var known = _latest % 2 == 0 ? PresenceStatus.Connected : PresenceStatus.Offline;
            var settled = _latest % 2 == 0
                ? Math.Max(_latestTrueTime + LongestHold, _latestTakenAt + 5)
                : Math.Max(_latestTrueTime + world.Grace, _latestTakenAt + 5);
            if (_now > Math.Max(settled, trouble) + 65 && status != known)
                throw new InvalidOperationException($"At {_now} s it is {status}, but is known to be {known}.");
            _wasTold |= status == PresenceStatus.Offline;
        }

        /// <summary>Each return up to this one may have doubled it.</summary>
        private double LongestHold => Math.Min(900, world.Hold * Math.Pow(2, _latest / 2));

        /// <summary>Each destination hears of every outage first that it began, then that it is over, and of nothing else.</summary>
        private void CheckNotifications()
        {
            foreach (var (destination, accepted) in _accepted)
            {
                var outages = accepted.GroupBy(a => a.Notification.OutageId).ToList();
                foreach (var outage in outages)
                {
                    var events = outage.Select(a => a.Notification.Event).ToList();
                    if (events[0] != NotificationEvent.DeviceOffline)
                        throw new InvalidOperationException($"{destination} heard of the end of {outage.Key} first.");
                    var over = events.IndexOf(NotificationEvent.DeviceRecovered);
                    if (over >= 0 && events.Skip(over).Contains(NotificationEvent.DeviceOffline))
                        throw new InvalidOperationException($"{destination} heard of {outage.Key} after its end.");
                    var running = _state.Outage?.Id == outage.Key;
                    if (over < 0 != running) throw new InvalidOperationException(
                        $"{destination}: {outage.Key} is {(running ? "running" : "over")}, and it heard {string.Join(", ", events)}.");
                }
            }

            var told = _accepted.Values
                .Select(accepted => string.Join(",", accepted.Select(a => a.Notification.OutageId).Distinct().Order())).Distinct();
            if (told.Count() > 1) throw new InvalidOperationException("The destinations heard of different outages.");
            if (_wasTold && _accepted["mail"].Count == 0) throw new InvalidOperationException("It was offline and nobody was told.");

            var wellWithoutDebts = _state is { Connected: true, Outage: null, Owing.Count: 0 };
            if (wellWithoutDebts != (_reminder is null))
                throw new InvalidOperationException($"Reminder {(_reminder is null ? "missing" : "left over")}.");
        }

        private static string Json(DeviceState state) =>
            System.Text.Json.JsonSerializer.Serialize(state, Grains.State.DeviceStateJson.Options);

        private sealed record Arrival(int Index, int TrueTime, ConnectionChange Change);
    }
}
