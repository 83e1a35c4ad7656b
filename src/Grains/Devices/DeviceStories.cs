using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <summary>Tells people what became of a thing and why, from its state alone: nothing is changed, and nobody is asked.</summary>
public sealed class DeviceStories
{
    public const string RefusedSentence =
        "It is powered and trying to connect, but AWS IoT refuses it. Look at its policy or certificate.";

    private readonly PresencePolicies _policies;
    private readonly MuteBook _mutes;
    private readonly TimeProvider _time;

    internal DeviceStories(PresencePolicies policies, MuteBook mutes, TimeProvider time) =>
        (_policies, _mutes, _time) = (policies, mutes, time);

    public static DeviceHistory HistoryOf(string thingName, DeviceState state) => new(thingName,
    [
        .. from item in Items(state)
           let happened = ReasonTexts.EventOf(item.Reason)
           where happened is not null
           select new HistoryItem(item.At, happened, ReasonTexts.NameOf(item.Reason), item.Word, item.Heard, item.By),
    ]);

    public DeviceWhy WhyOf(string thingName, DeviceState state)
    {
        var now = ToMilliseconds(_time.GetUtcNow());
        var context = _mutes.Over(_policies.For(thingName), state, now).With(state.Override);
        var status = StatusView.Of(state, context, now);
        return new()
        {
            ThingName = thingName,
            Status = status.Status,
            Since = status.Since,
            OutageId = status.OutageId,
            WaitingFor = WaitingReasons.For(state, context, now, _mutes.EndFor(thingName, state, now)),
            Owed =
            [
                .. DeliveryRules.Debts(state, context, now, DueSends.WithRepeats).Concat(FlappingRules.Debts(state, context, now))
                    .Select(debt => Owed(debt, context, now)),
            ],
            Refused = Recovery.EndHold(state, context, now).Outage is { IsAway: true, ConnectFailures: { } refused }
                ? new(refused.Count, refused.Reason, refused.Since, RefusedSentence) : null,
            MutedBy = status.MutedBy,
            PolicySource = status.Policy.Source,
            Items =
            [
                .. Items(state).Select(item => new WhyItem(
                    item.At, ReasonTexts.NameOf(item.Reason), ReasonTexts.SentenceOf(item.Reason), item.Word, item.Heard, item.By)),
            ],
        };
    }

    /// <summary>Newest first.</summary>
    private static IEnumerable<(
        DateTimeOffset At, PresenceReason Reason, string? Word, IReadOnlyList<string> Heard, string? By)> Items(DeviceState state) =>
        Enumerable.Range(0, state.Ring.Count).Reverse().Select(index => (
            DateTimeOffset.FromUnixTimeSeconds(state.Ring[index].At), state.Ring[index].Reason,
            History.WordAt(state, index)?.Name(), History.HeardAt(state, index), History.ByAt(state, index)));

    private static OwedWord Owed(Debt debt, RuleContext context, DateTimeOffset now) => new(
        debt.Destination, debt.Event.Name(), debt.OutageId,
        debt.Delivery switch
        {
            _ when context.Known?.Contains(debt.Destination) == false => "removed",
            { RefusedSince: not null } => "refused",
            { Failures: > 0 } or { RetryAt: not null } => "failed",
            _ => null,
        },
        debt.Delivery.Failures, debt.Delivery.RetryAt > now ? debt.Delivery.RetryAt : null);
}
