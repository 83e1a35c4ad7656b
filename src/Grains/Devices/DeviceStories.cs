using IoTOrleans.Contracts;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <summary>Tells people what became of a thing and why, from its state alone: nothing is changed, and nobody is asked.</summary>
public sealed class DeviceStories
{
    private readonly PresencePolicies _policies;
    private readonly MuteBook _mutes;
    private readonly TimeProvider _time;

    internal DeviceStories(PresencePolicies policies, MuteBook mutes, TimeProvider time) => (_policies, _mutes, _time) = (policies, mutes, time);

    public static DeviceHistory HistoryOf(string thingName, DeviceState state) => new(thingName,
    [
        .. from entry in state.Ring.Reverse()
           let happened = ReasonTexts.EventOf(entry.Reason)
           where happened is not null
           select new HistoryItem(DateTimeOffset.FromUnixTimeSeconds(entry.At), happened, ReasonTexts.NameOf(entry.Reason)),
    ]);

    public DeviceWhy WhyOf(string thingName, DeviceState state)
    {
        var now = PresenceRules.ToMilliseconds(_time.GetUtcNow());
        var policy = _mutes.Over(_policies.For(thingName), state, now).With(state.Override);
        var status = StatusView.Of(state, policy, now);
        return new()
        {
            ThingName = thingName,
            Status = status.Status,
            Since = status.Since,
            OutageId = status.OutageId,
            WaitingFor = Waiting.For(state, policy, now),
            Owed = [.. TellingRules.Debts(state, policy, now).Concat(FlappingRules.Debts(state, policy)).Select(debt => Owed(debt, now))],
            MutedBy = status.MutedBy,
            PolicySource = status.Policy.Source,
            Items =
            [
                .. state.Ring.Reverse().Select(entry => new WhyItem(
                    DateTimeOffset.FromUnixTimeSeconds(entry.At), ReasonTexts.NameOf(entry.Reason), ReasonTexts.SentenceOf(entry.Reason))),
            ],
        };
    }

    private static OwedWord Owed(Debt debt, DateTimeOffset now) => new(
        debt.Destination, debt.Event.Name(), debt.OutageId,
        debt.Delivery switch { { RefusedSince: not null } => "refused", { Failures: > 0 } or { RetryAt: not null } => "failed", _ => null },
        debt.Delivery.Failures, debt.Delivery.RetryAt > now ? debt.Delivery.RetryAt : null);
}
