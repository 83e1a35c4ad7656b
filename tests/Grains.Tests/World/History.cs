using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.World.Runtime;

namespace IoTOrleans.Grains.Tests.World;

/// <summary>A true change of the connection of one of the thing's clients. A takeover is one, too: connected, by another session.</summary>
internal sealed record Change(int Index, double At, bool Connected, int Client);

/// <summary>A message of AWS about a change, on its way to us.</summary>
/// <param name="Change">The change that it is evidence of.</param>
/// <param name="Firm">It belongs to the feed whose order can be known; else it is evidence only.</param>
/// <param name="Numbering">Which of the client's numberings its number belongs to.</param>
/// <param name="Again">The queue delivers it once more, though it was deleted: nobody can know that it will.</param>
internal sealed record Message(
    int Change, Contracts.ConnectionChange What, double Sent, double Arrives, bool Firm, int Numbering, bool Again = false)
{
    public override string ToString() =>
        $"{What.Kind} {(What.Connected ? "connected" : What.DisconnectReason ?? "disconnected")} #{What.Number} of change {Change}";
}

/// <summary>A write to the thing's shadow.</summary>
internal sealed record ShadowWrite(int Change, double At, bool Connected, long Version);

/// <summary>What really happened, and what AWS says about it.</summary>
internal sealed record History(IReadOnlyList<Change> Changes, IReadOnlyList<Message> Messages, IReadOnlyList<ShadowWrite> Shadow)
{
    /// <summary>For so long AWS says when a client disconnected.</summary>
    private const double EndIsKnown = 1800;

    public VerifierAnswer Look(Witness witness, VerifierQuestion question, double askedAt, double now)
    {
        if (witness != Witness.Connection) return Look(witness, now);
        if (question.Clients is { Count: 0 }) return Look(Witness.Shadow, now);
        var clients = question.Clients ?? [IotCore.Thing];
        var answer = VerifierAnswer.OfClients([.. clients.Select(client => LookAt(client, now))], VirtualTime.Start.AddSeconds(askedAt));
        return question.Clients is null && answer.Verdict == VerifierVerdict.DoesNotKnow ? Look(Witness.Shadow, now) : answer;
    }

    /// <summary>The last change of a client by some time; null: AWS does not know it.</summary>
    public Change? LastOf(string? client, double now) =>
        Changes.LastOrDefault(change => change.At <= now && (client == IotCore.Thing || client == IotCore.NameOf(change.Client)));

    public double End => Math.Max(Changes[^1].At, Messages.Count == 0 ? 0 : Messages.Max(message => message.Arrives));

    /// <summary>What a look at the shadow finds at that moment.</summary>
    private VerifierAnswer Look(Witness witness, double now)
    {
        var written = witness == Witness.Neglected
            ? Shadow.FirstOrDefault(write => write.At <= now)
            : Shadow.LastOrDefault(write => write.At <= now);
        if (witness == Witness.Missing || written is null) return new(VerifierVerdict.DoesNotKnow, Detail: "no shadow");
        var verdict = written.Connected ? VerifierVerdict.Connected : VerifierVerdict.Disconnected;
        return new(verdict, VirtualTime.Start.AddSeconds(Math.Floor(written.At)), written.Version);
    }

    private ClientAnswer LookAt(string? client, double now) => LastOf(client, now) switch
    {
        null => new(client, VerifierVerdict.DoesNotKnow, Detail: "no such client"),
        { Connected: true } began => new(client, VerifierVerdict.Connected, VirtualTime.Start.AddSeconds(began.At)),
        var ended => new(
            client, VerifierVerdict.Disconnected, now - ended.At > EndIsKnown ? null : VirtualTime.Start.AddSeconds(ended.At)),
    };
}
