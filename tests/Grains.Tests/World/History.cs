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
    int Change, Contracts.ConnectionChange What, double Sent, double Arrives, bool Firm, int Numbering, bool Again = false);

/// <summary>A write to the thing's shadow.</summary>
internal sealed record ShadowWrite(int Change, double At, bool Connected, long Version);

/// <summary>What really happened, and what AWS says about it.</summary>
internal sealed record History(IReadOnlyList<Change> Changes, IReadOnlyList<Message> Messages, IReadOnlyList<ShadowWrite> Shadow)
{
    /// <summary>What a look at the shadow finds at that moment.</summary>
    public VerifierAnswer Look(Witness witness, double now)
    {
        var written = witness == Witness.Neglected
            ? Shadow.FirstOrDefault(write => write.At <= now)
            : Shadow.LastOrDefault(write => write.At <= now);
        if (witness == Witness.Missing || written is null) return new(VerifierVerdict.DoesNotKnow, Detail: "no shadow");
        var verdict = written.Connected ? VerifierVerdict.Connected : VerifierVerdict.Disconnected;
        return new(verdict, VirtualTime.Start.AddSeconds(Math.Floor(written.At)), written.Version);
    }

    public double End => Math.Max(Changes[^1].At, Messages.Count == 0 ? 0 : Messages.Max(message => message.Arrives));
}
