namespace IoTOrleans.Chaos.Fleet;

/// <summary>
/// Random true histories. Four of five things come and go all the time, mostly for less than their grace; the fifth drops once and stays
/// away for minutes or for good, so that at any moment somebody is away whom no return will excuse.
/// </summary>
internal static class Histories
{
    public static IReadOnlyList<Thing> Of(int seed, int things, TimeSpan duration)
    {
        return [.. Enumerable.Range(0, things).Select(number => Make(number, new Random((seed * 7919) + number)))];

        Thing Make(int number, Random random)
        {
            var feed = number % 3 == 2 ? Feed.Shadow : Feed.Lifecycle;
            var changes = number % 5 == 4 ? Sleeper(random, duration) : Comer(random, duration);
            return new Thing($"{(feed == Feed.Shadow ? "shadow" : "thing")}-{number:0000}", feed, changes);
        }
    }

    private static List<Change> Comer(Random random, TimeSpan duration)
    {
        // A quarter of them is away when the faults end, and stays away.
        var last = duration - TimeSpan.FromSeconds(random.NextDouble() * 30);
        var staysAway = random.Next(4) == 0;
        var changes = new List<Change> { new(0, true, TimeSpan.FromSeconds(random.NextDouble() * 8)) };
        while (true)
        {
            var connected = changes[^1].Connected;
            var next = changes[^1].At + (connected ? Connected(random) : Away(random));
            if (next > last && connected)
            {
                if (staysAway && last - changes[^1].At > TimeSpan.FromSeconds(4)) changes.Add(new Change(changes.Count, false, last));
                return changes;
            }

            if (next > last && (staysAway || next > duration + TimeSpan.FromMinutes(1))) return changes;
            changes.Add(new Change(changes.Count, !connected, next, ReportedAgain: connected && random.Next(8) == 0));
        }
    }

    private static List<Change> Sleeper(Random random, TimeSpan duration)
    {
        var drop = TimeSpan.FromSeconds(12) + ((duration - TimeSpan.FromSeconds(12)) * random.NextDouble());
        var changes = new List<Change>
        {
            new(0, true, TimeSpan.FromSeconds(random.NextDouble() * 8)),
            new(1, false, drop, random.Next(8) == 0),
        };
        var back = drop + TimeSpan.FromSeconds(100 + (random.NextDouble() * 200));
        if (random.Next(10) < 3 && back < duration) changes.Add(new Change(2, true, back));
        return changes;
    }

    private static TimeSpan Connected(Random random) => TimeSpan.FromSeconds(4 - (25 * Math.Log(1 - random.NextDouble())));

    private static TimeSpan Away(Random random) => TimeSpan.FromSeconds(random.Next(100) switch
    {
        < 55 => 1 + (random.NextDouble() * 14),
        < 68 => 15 + (random.NextDouble() * 10),
        < 95 => 25 + (random.NextDouble() * 65),
        _ => 90 + (random.NextDouble() * 100),
    });
}
