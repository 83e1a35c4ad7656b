using Amazon.SQS.Model;
using IoTOrleans.Chaos.Fleet;
using IoTOrleans.Chaos.Silos;

namespace IoTOrleans.Chaos.Judging;

/// <summary>What is asked when all is calm: of the service, of the dead-letter queue, of the silos.</summary>
internal sealed class FinalQuestions(IReadOnlyList<Thing> things, Ledger ledger, Setup setup, Flotilla silos)
{
    private readonly Dictionary<string, string> _dead = [];

    /// <summary>Events that no silo has stored and deleted so far.</summary>
    public int Unread => ledger.All.Count(delivery => delivery.Passage.StoredAt is null && !_dead.ContainsKey(delivery.MessageId));

    public async Task<List<string>> Ask(CancellationToken cancellationToken)
    {
        var wrong = new List<string>();
        await Parallel.ForEachAsync(
            things, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (thing, token) =>
        {
            var truth = thing.Changes[^1].Connected ? "connected" : "offline";
            var status = await silos.Status(thing.Name, token);
            if (status == truth) return;
            lock (wrong) wrong.Add($"{thing.Name} is {truth}, and shown as {status ?? "never heard of"}");
        });

        await ReadDeadLetters(cancellationToken);
        wrong.AddRange(_dead.Values.Where(body => !World.IsPoison(body)).Select(body => $"a good event in the dead-letter queue: {body}"));
        wrong.AddRange(silos.All.Where(silo => silo.State != SiloState.Up).Select(silo => $"a silo is {silo.State}"));
        if (Unread > 0) wrong.Add($"{Unread} events were never stored");
        return wrong;
    }

    private async Task ReadDeadLetters(CancellationToken cancellationToken)
    {
        while ((await setup.Sqs.ReceiveMessageAsync(
            new ReceiveMessageRequest { QueueUrl = setup.Dead.Url, MaxNumberOfMessages = 10 },
            cancellationToken)).Messages is { Count: > 0 } messages)
        {
            foreach (var message in messages) _dead[message.MessageId] = message.Body;
        }
    }
}
