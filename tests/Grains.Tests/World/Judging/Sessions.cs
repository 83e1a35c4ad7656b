using IoTOrleans.Contracts;

namespace IoTOrleans.Grains.Tests.World.Judging;

/// <summary>
/// Which of two sessions of one client came later is known by their numbers, as long as these were counted on. Where they may have begun at
/// 0 again, it is known by time: stamps are good to two minutes, and no event happened after the queue had it. Within that, a return with
/// number 0 is promised to be known if stamp and queue agree by half a minute. Beyond it nobody can know, and nobody is judged from there
/// on.
/// </summary>
internal sealed class Sessions
{
    private const double Accuracy = 120;

    /// <summary>So much later must a number 0 have reached the queue to be taken for the next session.</summary>
    private const double Clearly = 30;

    private readonly List<Message> _arrived = [];

    public bool Undecidable { get; private set; }

    public void Arrived(Message message)
    {
        if (message.What.Kind != ChangeKind.Lifecycle) return;
        Undecidable |= _arrived.Any(before => IsUndecidable(before, message));
        _arrived.Add(message);
    }

    private static bool IsUndecidable(Message first, Message second)
    {
        if (first.What.ClientId != second.What.ClientId || first.What.SessionIdentifier == second.What.SessionIdentifier) return false;

        // The end of a session that was taken over is about the next one, too.
        var inOrder = (first.Change, first.What.Number ?? 0).CompareTo((second.Change, second.What.Number ?? 0)) < 0;
        var (earlier, later) = inOrder ? (first, second) : (second, first);
        if (Stamp(later) - Accuracy > Latest(earlier)) return false;
        if (earlier.Numbering == later.Numbering)
            return inOrder ? Agree(later, earlier, 0) : earlier.What.Number == 0 && Agree(later, earlier, Clearly);
        if (inOrder) return later.What.Number != 0 || !Agree(earlier, later, Clearly);
        return earlier.What.Number > later.What.Number
            ? !Agree(earlier, later, 0)
            : earlier.What.Number == 0 && Agree(later, earlier, Clearly);
    }

    /// <summary>Stamp and queue agree that the one came before the other.</summary>
    private static bool Agree(Message one, Message other, double by) => Stamp(one) < Stamp(other) && TakenFor(one) + by <= TakenFor(other)
        && TakenFor(one) < TakenFor(other);

    private static double Stamp(Message message) =>
        Math.Min((message.What.Timestamp - Runtime.VirtualTime.Start).TotalSeconds, message.Sent);

    private static double TakenFor(Message message) => message.Sent - Stamp(message) <= Accuracy ? message.Sent : Stamp(message);

    private static double Latest(Message message) => Math.Min(Stamp(message) + Accuracy, message.Sent);
}
