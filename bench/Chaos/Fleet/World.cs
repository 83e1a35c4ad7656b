using Amazon.SQS;
using IoTOrleans.Chaos.Lines;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Chaos.Fleet;

/// <summary>Lets the plan happen: each message at its time into the queue, each write at its time into the shadow.</summary>
internal sealed class World(
    IReadOnlyList<Thing> things, int seed, IAmazonSQS sqs, string queueUrl, IotDataStub shadows, Ledger ledger, QueueTap tap,
    TimeProvider time)
{
    private const int AtATime = 16;

    /// <summary>Not JSON, not an event, no name: what a queue gets when somebody makes a mistake.</summary>
    private static readonly string[] Poison = ["not json", "{}", """{"connected":true,"timestamp":1763884800}"""];

    public static bool IsPoison(string body) => Poison.Contains(body);

    public async Task Run(DateTimeOffset start, TimeSpan duration, CancellationToken cancellationToken)
    {
        // One after the other where it is quick, so that copies of one moment keep their order more or less; what is slow holds nobody up.
        var under = new List<Task>();
        foreach (var (at, happen) in Timeline(duration))
        {
            var wait = start + at - time.GetUtcNow();
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
            if (under.Count == AtATime) under.Remove(await Task.WhenAny(under));
            under.RemoveAll(task => task.IsCompletedSuccessfully);
            under.Add(happen(start, cancellationToken));
        }

        await Task.WhenAll(under);
    }

    private List<(TimeSpan At, Func<DateTimeOffset, CancellationToken, Task> Happen)> Timeline(TimeSpan duration)
    {
        var timeline = new List<(TimeSpan At, Func<DateTimeOffset, CancellationToken, Task> Happen)>();
        foreach (var thing in things)
        {
            var (messages, writes) = IotCore.Says(thing, seed);
            timeline.AddRange(messages.Select(message => (message.SendAt, Sends(message))));
            timeline.AddRange(writes.Select(write => (write.At, Writes(write))));
        }

        timeline.AddRange(Poison.Select((body, i) => (duration * (i + 1) / (Poison.Length + 2), SendsPoison(body))));
        timeline.Sort((a, b) => a.At.CompareTo(b.At));
        return timeline;
    }

    private Func<DateTimeOffset, CancellationToken, Task> Sends(Message message) => async (start, cancellationToken) =>
    {
        var asked = time.GetUtcNow();
        var sent = await sqs.SendMessageAsync(queueUrl, message.Body(start), cancellationToken);
        ledger.Add(new Delivery(message, sent.MessageId, asked, time.GetUtcNow(), tap.Of(sent.MessageId)));
    };

    private Func<DateTimeOffset, CancellationToken, Task> SendsPoison(string body) =>
        (_, cancellationToken) => sqs.SendMessageAsync(queueUrl, body, cancellationToken);

    private Func<DateTimeOffset, CancellationToken, Task> Writes(ShadowWrite write) => (start, _) =>
    {
        shadows.Put(write.Thing, write.Connected, start + write.At, write.Version);
        return Task.CompletedTask;
    };
}
