using System.Text.Json;

namespace IoTOrleans.Chaos.Fleet;

/// <summary>
/// What AWS IoT says of a true history, with the liberties it takes: late, out of order, twice, numbers that skip, lifecycle stamps off by
/// a minute, takeovers, shadows that say the same again. Everything reaches the queue within two minutes of its stamp: later than that
/// nobody could know its time.
/// </summary>
internal static class IotCore
{
    private static readonly string[] Reasons =
        ["CONNECTION_LOST", "MQTT_KEEP_ALIVE_TIMEOUT", "CLIENT_INITIATED_DISCONNECT", "CLIENT_ERROR"];

    public static (IReadOnlyList<Message> Messages, IReadOnlyList<ShadowWrite> Shadow) Says(Thing thing, int seed)
    {
        var random = new Random(HashCode(thing.Name) ^ seed);
        return thing.Feed == Feed.Lifecycle ? ([.. Lifecycle(thing, random)], []) : Shadow(thing, random);
    }

    private static IEnumerable<Message> Lifecycle(Thing thing, Random random)
    {
        var session = new Connection(random.Next(5), Id(random));
        foreach (var change in thing.Changes)
        {
            if (change.Connected) session = session.Next(random);
            foreach (var message in Sent(change, change.At, session, change.Connected ? null : Reasons[random.Next(Reasons.Length)]))
                yield return message;

            var ends = thing.Changes.ElementAtOrDefault(change.Index + 1)?.At ?? change.At + TimeSpan.FromSeconds(10);
            if (!change.Connected || random.Next(12) > 0 || ends - change.At < TimeSpan.FromSeconds(6)) continue;

            // Another connection with the same client id: the first one is ended, and nobody has been away.
            var (taken, before) = (change.At + ((ends - change.At) * 0.5), session);
            session = session.Next(random);
            foreach (var message in Sent(change, taken, before, "DUPLICATE_CLIENTID").Concat(Sent(change, taken, session, null)))
                yield return message;
        }

        IEnumerable<Message> Sent(Change change, TimeSpan at, Connection of, string? disconnectReason)
        {
            var stamp = at + TimeSpan.FromSeconds((random.NextDouble() - 0.5) * 120);
            foreach (var sendAt in Copies(random, at))
            {
                yield return new Message(thing.Name, change.Index, sendAt, stamp, start => JsonSerializer.Serialize(new
                {
                    clientId = thing.Name,
                    timestamp = (start + stamp).ToUnixTimeMilliseconds(),
                    eventType = disconnectReason is null ? "connected" : "disconnected",
                    sessionIdentifier = of.Session,
                    principalIdentifier = "chaos",
                    disconnectReason,
                    versionNumber = of.Number,
                }));
            }
        }
    }

    private static (IReadOnlyList<Message>, IReadOnlyList<ShadowWrite>) Shadow(Thing thing, Random random)
    {
        var messages = new List<Message>();
        var writes = new List<ShadowWrite>();
        bool? before = null;
        var version = random.Next(1000);
        foreach (var change in thing.Changes)
        {
            Write(change, change.At);
            var ends = thing.Changes.ElementAtOrDefault(change.Index + 1)?.At ?? change.At + TimeSpan.FromSeconds(30);
            if (change.ReportedAgain) Write(change, change.At + ((ends - change.At) * random.NextDouble()));
        }

        return (messages, writes);

        void Write(Change change, TimeSpan at)
        {
            // Other fields of the shadow are written, too: the version skips as far as this one is concerned.
            var previous = (Connected: before, Version: version);
            version += 1 + (random.Next(5) == 0 ? random.Next(4) : 0);
            var current = version;
            before = change.Connected;
            writes.Add(new ShadowWrite(thing.Name, at, change.Connected, current));
            messages.AddRange(
                Copies(random, at).Select(sendAt => new Message(thing.Name, change.Index, sendAt, at, start => JsonSerializer.Serialize(new
            {
                thingName = thing.Name,
                previous = previous.Connected is null ? null : Document(start, previous.Connected.Value, previous.Version),
                current = Document(start, change.Connected, current),
                timestamp = (start + at).ToUnixTimeSeconds(),
            }))));

            object Document(DateTimeOffset start, bool connected, int number) => new
            {
                state = new { reported = new { connected } },
                metadata = new { reported = new { connected = new { timestamp = (start + at).ToUnixTimeSeconds() } } },
                version = number,
            };
        }
    }

    /// <summary>When it is put into the queue: mostly at once, sometimes seconds late, now and then twice.</summary>
    private static List<TimeSpan> Copies(Random random, TimeSpan at)
    {
        var first = at + TimeSpan.FromSeconds(random.Next(20) switch
        {
            < 16 => 0.02 + (random.NextDouble() * 0.3),
            < 19 => 0.3 + (random.NextDouble() * 2.7),
            _ => 3 + (random.NextDouble() * 12),
        });
        return random.Next(12) > 0 ? [first] : [first, first + TimeSpan.FromSeconds(random.NextDouble() * 30)];
    }

    private static string Id(Random random) => Convert.ToHexStringLower(BitConverter.GetBytes(random.NextInt64()));

    /// <summary>The same in every process, unlike <c>string.GetHashCode</c>.</summary>
    private static int HashCode(string text) => text.Aggregate(17, (hash, c) => unchecked((hash * 31) + c));

    private sealed record Connection(int Number, string Session)
    {
        public Connection Next(Random random) => new(Number + 1 + (random.Next(6) == 0 ? random.Next(3) : 0), Id(random));
    }
}
