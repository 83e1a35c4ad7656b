using IoTOrleans.Contracts;
using IoTOrleans.Grains.Tests.World.Runtime;

namespace IoTOrleans.Grains.Tests.World.Judging;

/// <summary>Nobody is told of a thing that is known to be connected, nor before its grace is over.</summary>
internal sealed class NeverWolf(Court court, Testimony testimony)
{
    private const double Rounding = 0.002;

    public void Told(Outage outage, double at)
    {
        if (testimony.Misled) return;
        var latest = court.Known.Latest(before: at);
        var drop = latest is { Connected: false } ? latest : court.Known.LaterPerhaps(latest?.Index ?? -1, connected: false, by: at);
        if (drop is null)
        {
            court.Object($"told offline ({outage.Id}), but known to be connected since {latest?.At:0.000} s (change {latest?.Index}).");
            return;
        }

        BeforeItsTime(outage, drop, at);
        AheadOfTheQueue(outage, drop, at);
        AgainstTheVerifier(outage, at);
    }

    /// <summary>
    /// Unless somebody confirms it: what lies in the queue may be its return. Nobody can confirm it who was asked about clients, while
    /// others may be there.
    /// </summary>
    private void AheadOfTheQueue(Outage outage, Change drop, double at)
    {
        var over = (outage.GraceEndsAt - VirtualTime.Start).TotalSeconds;
        var confirmed = outage.Verification == Verification.Confirmed
            && (court.Setup.Witness != Witness.Connection || court.Setup.Clients == Clients.One);
        if (confirmed || at >= over + Setup.MaxHold) return;
        if (court.Backlog.Waiting(sentBy: over - Setup.Settle).FirstOrDefault(message => message.Change > drop.Index) is not { } waiting)
            return;
        court.Object($"told offline ({outage.Id}) at {at:0.000} s, while its return (change {waiting.Change}) lay in the queue "
            + $"since {waiting.Sent:0.000} s.");
    }

    private void BeforeItsTime(Outage outage, Change drop, double at)
    {
        // A drop that was delivered and given back, since nothing could be stored, is not known: until it comes again the clock is that
        // of the one before. Holding the verdict for it is the business of the watermark.
        // Nor can a message that says that nothing has changed tell that it is about another drop.
        var sure = court.Known.SureAt(drop.Index) < at && court.Known.IsNews(drop.Index);
        var began = sure && court.DropsAreTold && court.Setup.Feed != Feed.Both
            ? [drop, .. TakenForLater(drop, at)]
            : court.Known.RunOf(drop, at);
        var settled = began.Min(change => court.Known.ArrivedAt(change.Index)) + Setup.Settle;
        var over = began.Min(change => change.At - Earliest(change)) + court.Setup.Grace;
        if (at < over - Rounding) court.Object(
            $"told offline ({outage.Id}) at {at:0.000} s, before the grace of change {drop.Index} was over at {over:0.000} s.");
        if (at < settled - Rounding)
            court.Object($"told offline ({outage.Id}) at {at:0.000} s, before change {drop.Index} had settled at {settled:0.000} s.");
    }

    /// <summary>
    /// The ends of its other clients that were known before, and that the queue got later: by all that can be known, the outage began with
    /// them.
    /// </summary>
    private IEnumerable<Change> TakenForLater(Change drop, double at) =>
        court.Known.EndsOfOtherClients(drop, at).Where(end => Times(end).Max() >= Times(drop).Min());

    private IEnumerable<double> Times(Change change) => court.History.Messages.Where(message => message.Change == change.Index)
        .Select(TakenFor);

    /// <summary>
    /// How much earlier it may have been taken to happen: a stamp counts only when the queue got the event too late to take its own time.
    /// </summary>
    private double Earliest(Change drop) => court.Setup.Feed is Feed.Lifecycle or Feed.Both
        ? court.History.Messages.Where(message => message.Change == drop.Index).Select(message => drop.At - TakenFor(message))
        .Append(0).Max()
        : court.Accuracy;

    private static double TakenFor(Message message)
    {
        var byItsStamp = message.What.Kind == ChangeKind.Shadow
            || message.What.ReceivedAt - message.What.Timestamp > TimeSpan.FromMinutes(2);
        return byItsStamp ? (message.What.Timestamp - VirtualTime.Start).TotalSeconds : message.Sent;
    }

    private void AgainstTheVerifier(Outage outage, double at)
    {
        var asks = court.Setup.Witness != Witness.None;
        if (outage.Verification == Verification.None && asks) court.Object($"told offline ({outage.Id}) without asking anybody.");
        if (outage.Verification != Verification.None && !asks) court.Object($"told offline ({outage.Id}) as verified, with nobody to ask.");

        // An answer waits behind calls that hang.
        var hangs = court.Plan.Troubles.Any(trouble => trouble.Kind == TroubleKind.StoreHangs) ? 6 * Faults.SlowFor : 0;
        var answers = testimony.Between(at - 65 - hangs, at);
        if (outage.Verification == Verification.Confirmed && !answers.Contains(false))
            court.Object($"told offline ({outage.Id}) as confirmed, which nobody did.");
        if (asks && answers.Count > 0 && answers.All(answer => answer == true))
            court.Object($"told offline ({outage.Id}) although the verifier said that it is connected.");
    }
}
