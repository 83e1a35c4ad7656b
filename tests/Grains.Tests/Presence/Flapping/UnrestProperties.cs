using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>Learned holds and flapping against an oracle that only knows when the thing was away.</summary>
public sealed class UnrestProperties
{
    private const double Grace = 60.5;

    /// <summary>
    /// Legs in seconds: connected, away, connected …, the last one for ever. No sum of legs falls on a deadline, where an event and a tick
    /// would race.
    /// </summary>
    private static readonly Gen<(double Hold, int[] Legs, int[] Fates)> Worlds = Gen.Select(
        Gen.OneOf(Gen.Const(0d), Gen.Const(10.3), Gen.Const(30.3), Gen.Const(1200.3)),
        Gen.Frequency((12, Gen.Int[2, 40]), (2, Gen.Int[50, 110]), (1, Gen.Int[200, 800]), (1, Gen.Int[3601, 5000])).Array[2, 40],
        Gen.Int[0, 9].Array[1, 30],
        (hold, legs, fates) => (hold, legs, fates));

    [Fact]
    public void What_is_told_and_when_is_what_the_oracle_says()
    {
        var (flapped, steady) = (0, 0);
        Worlds.Sample(
            world =>
            {
                var expected = Oracle(world.Hold, world.Legs);
                new Run(world.Hold, world.Legs, []).Heard("mail").ShouldBe(expected);
                if (expected.Any(told => told.Event == "device.flapping")) Interlocked.Increment(ref flapped);
                if (expected.Any(told => told.Event == "device.steady")) Interlocked.Increment(ref steady);
            },
            iter: 3000);
        Math.Min(flapped, steady).ShouldBeGreaterThan(100, "else these worlds say little");
    }

    [Fact]
    public void Whatever_dies_or_gets_lost_each_destination_hears_the_same_and_repeats_carry_the_same_ids() => Worlds.Sample(
        world =>
        {
            var calm = new Run(world.Hold, world.Legs, []).Keys("mail");
            var rough = new Run(world.Hold, world.Legs, world.Fates);
            foreach (var destination in Run.Destinations) rough.Keys(destination).Distinct().Order().ShouldBe(calm.Order());
            rough.NothingLeftButWhatRuns.ShouldBeTrue();
        },
        iter: 3000);

    private static List<(double At, string Event)> Oracle(double hold, int[] legs)
    {
        var told = new List<(double, string)>();
        var recent = new List<double>();
        var (time, further, back, heldUntil, flapping, away) = ((double)legs[0], -1, double.NegativeInfinity, (double?)null, false, false);
        for (var i = 1; i < legs.Length; i += 2)
        {
            var dropped = time;
            if (flapping && back + 3600 <= dropped)
            {
                told.Add((back + 3600, "device.steady"));
                flapping = false;
            }

            var sameOutage = dropped < heldUntil;
            if (heldUntil is { } held && !sameOutage) told.Add((held, "device.recovered"));
            heldUntil = null;

            var last = i == legs.Length - 1;
            var quiet = !sameOutage && !last && legs[i] < Grace;
            if (!sameOutage && !quiet) told.Add((dropped + Grace, "device.offline"));
            if (!quiet) recent.Clear();
            away = last;
            if (last) break;

            time += legs[i];
            further = time - back <= 3600 ? further + 1 : 0;
            back = time;
            if (!quiet) heldUntil = back + (hold > 900 ? hold : Math.Min(900, hold * Math.Pow(2, further)));
            else if (!flapping)
            {
                recent.Add(dropped);
                recent.RemoveAll(drop => drop < back - 1800);
                if (recent.Count == 6)
                {
                    told.Add((back, "device.flapping"));
                    flapping = true;
                    recent.Clear();
                }
            }

            time += legs[i + 1];
        }

        if (heldUntil is { } until) told.Add((until, "device.recovered"));
        if (flapping && !away) told.Add((back + 3600, "device.steady"));
        return [.. told.Select(one => (Math.Round(one.Item1, 3), one.Item2)).Order()];
    }

    private sealed class Run
    {
        public static readonly string[] Destinations = ["mail", "hook"];

        private readonly List<(double At, string To, Notification What)> _accepted = [];
        private readonly Story _story = new();
        private readonly int[] _fates;
        private int _fate;

        public Run(double hold, int[] legs, int[] fates)
        {
            _fates = fates;
            _story.Policy = _story.Policy
                with { Grace = TimeSpan.FromSeconds(Grace), RecoveryHold = TimeSpan.FromSeconds(hold), Notify = Destinations };
            Do(new PresenceInput.Changed(new ConnectionChange(true, ChangeKind.Time, EventSource.Queue, _story.Now, _story.Now)));
            var connected = true;
            foreach (var leg in legs.SkipLast(1))
            {
                Until(_story.Now + TimeSpan.FromSeconds(leg));
                connected = !connected;
                Do(new PresenceInput.Changed(new ConnectionChange(connected, ChangeKind.Time, EventSource.Queue, _story.Now, _story.Now)));
            }

            _fates = [];
            Until(_story.Now + TimeSpan.FromHours(4));
        }

        public bool NothingLeftButWhatRuns => _story.State.Connected == false ? _story.NextLook is not null
            : _story is { NextLook: null, State: { Flapping.Count: 0, Owing.Count: 0, Outage: null } };

        public List<(double At, string Event)> Heard(string destination) =>
            [.. _accepted.Where(one => one.To == destination).Select(one => (Math.Round(one.At, 3), one.What.Event.Name())).Order()];

        public List<string> Keys(string destination) => [.. _accepted.Where(one => one.To == destination).Select(one => one.What.Key)];

        /// <summary>As the grain's clock does: the look that was planned with the last input, and with each one anew.</summary>
        private void Until(DateTimeOffset end)
        {
            while (_story.NextLook is { } look && look < end)
            {
                _story.After((look > _story.Now ? look : _story.Now) - _story.Now);
                Do(new PresenceInput.Tick());
            }

            _story.After(end - _story.Now);
        }

        private void Do(PresenceInput input)
        {
            if (Fate() == 1) _story.Crash();
            _story.Do(input);
            var sends = _story.Sends;
            if (_story.Last.Persist && Fate() == 2)
            {
                // It dies after the write and before anything is sent.
                _story.Crash();
                return;
            }

            foreach (var send in sends)
            {
                var fate = Fate();
                if (fate == 3) continue;
                if (fate != 4) _accepted.Add(((_story.Now - Story.Start).TotalSeconds, send.Destination, send.Notification));
                if (fate == 5) continue;
                var answer = fate == 4 ? DeliveryAnswer.Failed("down") : DeliveryAnswer.Accepted();
                Do(new PresenceInput.Answered(
                    send.Notification.OutageId, send.Notification.Event, send.Notification.Sequence, send.Destination, answer));
            }
        }

        private int Fate() => _fates.Length == 0 ? 0 : _fates[_fate++ % _fates.Length];
    }
}
