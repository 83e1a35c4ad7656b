using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Incidents;

/// <summary>
/// Things drop and return at any time, ask every minute until they are told, the destination fails, writes are refused, the dispatcher
/// dies at any point with all it had in memory. Whatever happens, each is told, nothing is told twice but by the same name.
/// </summary>
public sealed class IncidentProperties
{
    [Fact]
    public void Each_is_told_singly_or_counted_in_an_accepted_publication_whatever_crashes() =>
        Worlds(Gen.Int[0, 15]).Sample(world => new Simulation(world).Run(), iter: 400);

    [Fact]
    public void In_calm_weather_counts_are_exact_and_there_is_exactly_one_close() =>
        Worlds(Gen.Const(9)).Sample(world => new Simulation(world).Run(), iter: 400);

    /// <param name="At">Second at which it falls due.</param>
    /// <param name="Away">Seconds until it is back.</param>
    /// <param name="Removed">Seconds until somebody forgets it, if it is not back by then.</param>
    internal sealed record Leg(int At, int Away, int? Removed);

    internal sealed record World(int CollapseAbove, int? Rate, Leg[] Legs, int[] Fates)
    {
        public override string ToString() => $"above {CollapseAbove}, rate {Rate}, fates {string.Join(",", Fates)}\n  "
            + string.Join("\n  ", Legs.Select(leg => leg.ToString()));
    }

    private static Gen<World> Worlds(Gen<int> fate)
    {
        var at = Gen.OneOf(Gen.Int[0, 5], Gen.Int[0, 60], Gen.Int[0, 1200]);
        var away = Gen.OneOf(Gen.Int[1, 5], Gen.Int[60, 200], Gen.Int[60, 1500]);
        var removed = Gen.OneOf(Gen.Const((int?)null), Gen.Const((int?)null), Gen.Int[1, 400].Select(second => (int?)second));
        return Gen.Select(
            Gen.OneOf(Gen.Const(5), Gen.Const(2), Gen.Const(0)), Gen.OneOf(Gen.Const(0), Gen.Const(1), Gen.Const(2)),
            Gen.Select(at, away, removed, (a, w, r) => new Leg(a, w, r < w ? r : null)).Array[1, 40], fate.Array[1, 60],
            (above, rate, legs, fates) => new World(above, rate == 0 ? null : rate, legs, fates));
    }

    private sealed class Simulation(World world)
    {
        private static readonly DateTimeOffset Start = Storm.Start;

        private readonly IncidentTerms _terms = new()
        {
            CollapseAbove = world.CollapseAbove,
            PageSize = 3,
            MostInState = 4,
            Destination = new DestinationTerms { RateLimit = world.Rate is { } rate ? new RateLimit(rate, TimeSpan.FromSeconds(1)) : null },
        };

        private readonly Thing[] _things = [.. world.Legs.Select((leg, i) => new Thing(i, leg))];
        private readonly PriorityQueue<Action, (int At, int Order)> _later = new();
        private readonly List<DateTimeOffset> _attempts = [];
        private readonly List<FleetNotification> _accepted = [];
        private readonly Dictionary<string, FleetNotification> _contents = [];
        private readonly Dictionary<string, DateTimeOffset> _firstAt = [];
        private IncidentState _state = null!;
        private readonly StoredPages _pages = new();
        private DispatchState _stored = new();
        private int _now;
        private int _order;
        private int _fate;
        private bool _troubled;

        public void Run()
        {
            Crash();
            const int calm = 3000;
            for (_now = 0; _now < calm + 4000; _now++)
            {
                while (_later.TryPeek(out _, out var due) && due.At <= _now) _later.Dequeue()();
                foreach (var thing in _things.Where(thing => thing.AsksAt <= _now)) Ask(thing, calm);
                if (IncidentRules.NextLook(_state, _terms, Now) <= Now) Do(new IncidentInput.Tick(), calm);
            }

            Check();
        }

        private DateTimeOffset Now => Start.AddSeconds(_now);

        private void Ask(Thing thing, int calm)
        {
            thing.AsksAt = _now + 60;
            if (thing.Owed(Now, Start) is not { } owed) return;
            var decision = Do(new IncidentInput.Asked(Member.Of(owed, _terms.Destination)), calm);
            switch (decision?.Admissions[0])
            {
                case { Kind: AdmissionKind.Go, Wait: var wait }:
                    _attempts.Add(Now + wait);
                    if (Fate(calm) is 10 or 11) break;
                    thing.Single(owed.Event);
                    Record(thing, owed.Event, null, calm);
                    break;
                case { Kind: AdmissionKind.Answered, Answer: { Outcome: DeliveryOutcome.Accepted, IncidentId: var incident } }:
                    if (incident is null)
                        (owed.Event == NotificationEvent.DeviceRemoved && !thing.OfflineTold).ShouldBeTrue("nobody had been told of it");
                    Record(thing, owed.Event, incident, calm);
                    break;
            }
        }

        /// <summary>null: it failed, and whoever asked has to come again.</summary>
        private IncidentDecision? Do(IncidentInput input, int calm)
        {
            var fate = Fate(calm);
            if (fate == 1) Crash();
            var decision = IncidentRules.Apply(_state, input, _terms, Now);
            foreach (var page in decision.Pages)
            {
                if (Paging.Announce(_stored, [page]) is { } announced) _stored = Storm.Reload(announced);
                var during = Fate(calm);
                if (during != 14) _pages.Write(page);
                if (during is not (14 or 15)) continue;

                // It dies before the page is written, or before anybody names it.
                Crash();
                return null;
            }

            if (decision.Persist)
            {
                if (fate == 2)
                {
                    Crash();
                    return null;
                }

                _stored = Storm.Reload(decision.State.Stored);
            }

            _state = decision.State;
            if (fate == 3)
            {
                // It dies right after the write: no effect, no answer.
                Crash();
                return null;
            }

            foreach (var effect in decision.Effects) CarryOut(effect, calm);
            return decision;
        }

        private void CarryOut(IncidentEffect effect, int calm)
        {
            if (effect is IncidentEffect.Publish publish)
            {
                _attempts.Add(Now + publish.Wait);
                var fate = Fate(calm);
                var outcome = fate is 10 or 11 ? DeliveryOutcome.Failed : DeliveryOutcome.Accepted;
                var told = publish.Notification;
                _firstAt.TryAdd(told.Key, Now);

                // What has one name says one thing, however often.
                if (!_contents.TryAdd(told.Key, told)) (told.Count, told.Back, told.Growing)
                    .ShouldBe((_contents[told.Key].Count, _contents[told.Key].Back, _contents[told.Key].Growing));
                Later(1 + (int)publish.Wait.TotalSeconds, () =>
                {
                    if (outcome == DeliveryOutcome.Accepted) _accepted.Add(told);
                    if (fate != 12) Do(new IncidentInput.Published(told.IncidentId, told.Number, new DeliveryAnswer(outcome)), calm);
                });
            }
            else if (effect is IncidentEffect.Tell tell)
            {
                foreach (var member in tell.Members)
                    Record(_things[int.Parse(member.ThingName, null)], member.Event, tell.IncidentId, calm);
            }
            else if (effect is IncidentEffect.DeletePages(var id))
            {
                if (Fate(calm) is 13) return;
                _pages.Delete(id);
                Later(1, () => Do(new IncidentInput.PagesDeleted(id), calm));
            }
        }

        private void Record(Thing thing, NotificationEvent about, string? incident, int calm)
        {
            if (Fate(calm) is 13) return;
            thing.Record(about, incident);
            thing.AsksAt = Math.Min(thing.AsksAt, _now + 1);
        }

        private void Later(int seconds, Action action) => _later.Enqueue(action, (_now + seconds, _order++));

        private void Crash() => _state = IncidentState.Load(_stored, _pages.Read(_stored), _terms, Now);

        private int Fate(int calm)
        {
            if (_now >= calm) return 9;
            var fate = world.Fates[_fate++ % world.Fates.Length];
            if (fate is not (0 or 4 or 5 or 6 or 7 or 8 or 9)) _troubled = true;
            return fate;
        }

        private void Check()
        {
            foreach (var thing in _things)
            {
                (thing.OfflineTold || thing.IsRemoved).ShouldBeTrue($"{thing} was never told");
                (thing.OfflineTold && thing.IsRemoved && !thing.RemovedSent).ShouldBeFalse($"nobody was told that {thing} was removed");
                thing.ReturnTold.ShouldBeTrue($"the return of {thing} was never told");
            }

            // Whoever recorded that an incident told of it is counted in one that was accepted.
            foreach (var group in _things.Where(t => t.Incident is not null).GroupBy(t => t.Incident!))
            {
                var last = _accepted.Where(told => told.IncidentId == group.Key).MaxBy(told => told.Number).ShouldNotBeNull();

                // Exactly once each, whatever died in between; of one that was forgotten before it heard nobody can say.
                last.Count.ShouldBeInRange(
                    group.Count(), group.Count() + _things.Count(t => t is { IsRemoved: true, OfflineTold: false }), Told(group.Key));
                var closes = _accepted.Where(told => told.IncidentId == group.Key && told.Event == FleetEvent.FleetRecovered)
                    .Select(told => told.Key).Distinct().Count();
                closes.ShouldBe(1, $"everybody is back: {Told(group.Key)}");
                last.Back.ShouldBe(group.Count(t => !t.IsRemoved), Told(group.Key));
            }

            foreach (var incident in _contents.Values.GroupBy(told => told.IncidentId))
            {
                var told = incident.Where(told => told.Event == FleetEvent.FleetOutage).OrderBy(told => told.Number).ToList();
                for (var i = 1; i < told.Count; i++)
                {
                    var wait = told[i].Joined > 0 ? _terms.Settle : IncidentTerms.UpdateEvery;
                    (_firstAt[told[i].Key] - _firstAt[told[i - 1].Key]).ShouldBeGreaterThanOrEqualTo(wait);
                }
            }

            // Nothing is left behind that nobody would delete.
            _pages.Ids.Except(IncidentState.PagesOf(_stored).Select(set => set.Id)).Except(_stored.LoosePages).ShouldBeEmpty();

            if (!_troubled)
            {
                _accepted.Select(told => told.Key).Distinct().Count().ShouldBe(_accepted.Count);
                foreach (var incident in _accepted.GroupBy(told => told.IncidentId))
                    incident.OrderBy(told => told.Number).Last().Event.ShouldBe(FleetEvent.FleetRecovered);
            }

            CheckRate();
        }

        private string Told(string incidentId) => string.Join(
            "\n", _contents.Values.Where(told => told.IncidentId == incidentId)
                .Select(told => $"{_firstAt[told.Key]:HH:mm:ss} {told.Key} {told.Back} of {told.Count} {string.Join(',', told.Things)}")
                .Append($"members {string.Join(',', _things.Where(t => t.Incident == incidentId))}")
                .Append(System.Text.Json.JsonSerializer.Serialize(_stored, Grains.State.DeviceStateJson.Options)));

        private void CheckRate()
        {
            if (world.Rate is not { } rate) return;
            var sorted = _attempts.Order().ToList();
            // What a dead activation had promised the next one cannot know to the second; its silence is tested apart.
            if (_troubled) return;
            for (var i = rate; i < sorted.Count; i++) (sorted[i] - sorted[i - rate]).ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
        }
    }

    private sealed class Thing(int index, Leg leg)
    {
        private bool _offlineSent;
        private bool _returnSent;

        public int AsksAt { get; set; } = leg.At;

        public string? Incident { get; private set; }

        public bool OfflineTold { get; private set; }

        public bool ReturnTold { get; private set; }

        public bool IsRemoved => leg.Removed is not null;

        public bool RemovedSent { get; private set; }

        public Notification? Owed(DateTimeOffset now, DateTimeOffset Start)
        {
            var due = Start.AddSeconds(leg.At);
            var back = due.AddSeconds(leg.Away);
            var removed = due.AddSeconds(leg.Removed ?? int.MaxValue) <= now;
            if (removed) return ReturnTold ? null : Said(NotificationEvent.DeviceRemoved);
            if (OfflineTold && (ReturnTold || now < back)) return null;
            return Said(OfflineTold ? NotificationEvent.DeviceRecovered : NotificationEvent.DeviceOffline);

            Notification Said(NotificationEvent said) => new()
            {
                Event = said,
                ThingName = index.ToString(System.Globalization.CultureInfo.InvariantCulture),
                OutageId = $"outage-{index}",
                Since = due,
                DetectedAt = due,
                RecoveredAt = now >= back && !removed ? back : null,
                Duration = TimeSpan.Zero,
                Grace = TimeSpan.Zero,
                Attributes = new Dictionary<string, string>(),
                IncidentId = Incident,
            };
        }

        public void Single(NotificationEvent about)
        {
            if (about == NotificationEvent.DeviceOffline) _offlineSent = true;
            else if (about == NotificationEvent.DeviceRemoved) RemovedSent = true;
            else _returnSent = true;
        }

        public void Record(NotificationEvent about, string? incident)
        {
            if (about == NotificationEvent.DeviceOffline && !OfflineTold)
            {
                (incident is not null || _offlineSent).ShouldBeTrue();
                (OfflineTold, Incident) = (true, incident);
            }
            else if (about == NotificationEvent.DeviceRecovered)
            {
                (incident is not null || _returnSent).ShouldBeTrue();
                ReturnTold = true;
            }
            else if (about == NotificationEvent.DeviceRemoved)
            {
                ReturnTold = true;
            }
        }

        public override string ToString() => $"thing {index} ({leg})";
    }
}
