using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.World.Runtime;

namespace IoTOrleans.Grains.Tests.World.Judging;

/// <summary>
/// What the verifier said and what it is worth, and the evidence that lies: a Last Will that reaches the shadow after the thing's next
/// session has begun.
/// </summary>
internal sealed class Testimony(Court court)
{
    private readonly List<(double At, bool? Connected)> _answers = [];

    /// <summary>From here on the feeds contradict each other, and nobody can know which one is right.</summary>
    public bool Misled { get; private set; }

    /// <summary>The shadow's last word is such a Last Will, and whoever asks it believes that.</summary>
    public bool WitnessMisled { get; private set; }

    public void Arrived(Message message)
    {
        if (message.Firm || message.What.Connected) return;
        var later = court.History.Changes.FirstOrDefault(change => change.Index > message.Change && change.Connected);
        if (later is not null && (message.What.Timestamp - VirtualTime.Start).TotalSeconds >= later.At - court.Accuracy) Misled = true;
    }

    public void Answered(VerifierAnswer answer)
    {
        var now = court.Now();
        if (answer.Verdict is not (VerifierVerdict.Connected or VerifierVerdict.Disconnected))
        {
            _answers.Add((now, null));
            return;
        }

        if (answer.Clients is { } clients)
        {
            // Of a connection itself: it is true, and any doubt about the time of the drop is no excuse.
            foreach (var client in clients)
            {
                if (court.History.LastOf(client.Client, now) is { } change) court.Known.Perhaps(change.Index, now);
            }

            _answers.Add((now, answer.Verdict == VerifierVerdict.Connected));
            return;
        }

        var connected = answer.Verdict == VerifierVerdict.Connected;
        var written = (answer.ChangedAt!.Value - VirtualTime.Start).TotalSeconds;
        var about = court.History.Shadow.LastOrDefault(write => Math.Floor(write.At) == written && write.Connected == connected);
        if (about is not null) court.Known.Perhaps(about.Change, now);
        if (!connected && about is not null
            && court.History.Changes.Any(change => change.Connected && change.Index > about.Change && change.At <= about.At))
            WitnessMisled = true;

        // "Connected" counts if it is younger than the last drop, by the time that our queue has of it.
        var drop = court.Known.Latest(now) is { Connected: false } last ? last : null;
        var younger = connected && about is not null && drop is not null && about.Change > drop.Index
            && written > (court.Known.AwaySentLast(drop) ?? drop.At) && !court.Known.PerhapsAfter(about.Change, now).Any();
        _answers.Add((now, connected ? younger ? true : null : false));
    }

    /// <summary>Null: in that time nobody said anything that counts.</summary>
    public IReadOnlyList<bool?> Between(double from, double to) =>
        [.. _answers.Where(answer => answer.At >= from && answer.At <= to).Select(answer => answer.Connected)];
}
