using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>What a thing's grain owes its destinations.</summary>
internal sealed partial class ThingNotifications(
    IGrainFactory grains, DestinationSender sender, DispatcherClient dispatcher, WaitingThings waiting, DroppedNotifications dropped,
    IFleetCount fleet, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<ThingNotifications> logger)
{
    /// <summary>
    /// Until then a notification is admitted without reading the state again: what was marked as told is owed. At a deadline that thousands
    /// share, reads are slow. After this long, another silo may have sent it and forgotten that.
    /// </summary>
    internal static readonly TimeSpan LookFirstAfter = TimeSpan.FromMinutes(5);

    private readonly LogLimiter _quiet = new(time);

    /// <param name="markedAt">Monotonic time at which the state that owes this was last known to be stored.</param>
    public void Send(PresenceEffect.Send send, long markedAt)
    {
        var (destination, notification, keepAlive) = send;
        var counted = fleet.Mark;
        IOutgoing what = keepAlive
            ? new KeepAlive(this, notification, counted)
            : new Owed(this, destination, notification, markedAt, counted);
        if (!sender.Send(destination, Traffic.Things, what) && !keepAlive) _ = AnswerForMissing(destination, notification);
    }

    /// <summary>Counts a notification that was owed to a destination which is no longer in the settings.</summary>
    public void Dropped(string destination) => dropped.Add(destination);

    /// <summary>A destination that is not in the settings counts as one that refuses. For up to an hour it may come back.</summary>
    private async Task AnswerForMissing(string destination, Notification notification)
    {
        dropped.Expect(destination);
        try
        {
            await Answer(destination, notification, DeliveryAnswer.Removed);
        }
        catch (Exception exception)
        {
            LogNotAnswered(exception, notification.ThingName);
        }
    }

    /// <summary>This may wait, and the thing may come back meanwhile. So whether the notification is still owed is asked after it.</summary>
    /// <param name="counted">What the thing had stored when it asked for this.</param>
    private async ValueTask<FleetNumbers?> Numbers(Notification notification, long counted) =>
        FleetSaying.Wants(notification) ? await fleet.Count(counted, CancellationToken.None) : null;

    private static Task<DeliveryAnswer> Send(
        INotificationDestination destination, Notification notification, FleetNumbers? numbers, CancellationToken cancellationToken) =>
        destination.Send(FleetSaying.Wants(notification) ? FleetSaying.Add(notification, numbers) : notification, cancellationToken);

    /// <param name="readAt">When it was last known to be owed; null: just now.</param>
    private Task<Admission> Admit(INotificationDestination destination, Notification notification, long? readAt) =>
        dispatcher.Ask(destination, notification, stale: readAt is { } at && time.GetElapsedTime(at) > LookFirstAfter);

    private Waiter WaiterOf(string destination, Notification notification) => waiting.Of(destination, notification.ThingName);

    private Task Answer(string destination, Notification notification, DeliveryAnswer answer) =>
        grains.GetGrain<IDeviceAnswers>(notification.ThingName)
        .Answered(notification.OutageId, notification.Event, notification.Sequence, destination, answer);

    private Task<Notification?> StillOwed(string destination, Notification notification, bool sending) =>
        grains.GetGrain<IDeviceAnswers>(notification.ThingName)
        .StillOwed(notification.OutageId, notification.Event, notification.Sequence, destination, sending);

    private void Log(string destination, Notification notification, DeliveryAnswer answer)
    {
        var (name, thing, detail) = (notification.Event.Name(), notification.ThingName, answer.Detail ?? "ok");
        if (answer.Outcome == DeliveryOutcome.Accepted)
            LogAccepted(destination, name, thing, notification.OutageId, detail);
        else if (answer.Outcome == DeliveryOutcome.Refused && _quiet.ShouldLog(out var refused, $"{destination} refuses"))
            LogRefused(destination, name, thing, notification.OutageId, detail, refused);
        else if (answer.Outcome == DeliveryOutcome.Failed && _quiet.ShouldLog(out var failed, destination))
            LogFailed(destination, name, thing, notification.OutageId, detail, failed);
    }

    /// <param name="markedAt">Monotonic time at which it was last known to be owed.</param>
    private sealed class Owed(ThingNotifications all, string destination, Notification notification, long markedAt, long counted)
        : IOutgoing
    {
        private FleetNumbers? _numbers;

        public string Key => notification.OutageId;

        public string Event => notification.Event.Name();

        public DateTimeOffset? DueAt => notification.DueAt;

        public string AnswerKey => notification.Key;

        public Waiter? Waiter => all.WaiterOf(destination, notification);

        /// <summary>The end of an outage waits for the notification before it. Any other second one is asked for again.</summary>
        public bool Follows(IOutgoing before) => IsEnd && before is not Owed { IsEnd: true };

        public async ValueTask<Admission> Admit(INotificationDestination to, RetryQueue retries, CancellationToken cancellationToken)
        {
            if (retries.IsClosed && !MayJoin(to.Terms)) return Admission.Go(TimeSpan.Zero);
            var admission = await all.Admit(to, notification, markedAt);
            if (admission.Kind != AdmissionKind.LookFirst) return admission;
            return await LookAgain(sending: false) ? await all.Admit(to, notification, readAt: null) : Admission.Later;
        }

        /// <summary>The call also keeps the thing in memory until the destination answers.</summary>
        public async ValueTask<bool> IsStillOwed(string to)
        {
            _numbers = await all.Numbers(notification, counted);
            return await LookAgain(sending: true);
        }

        public Task<DeliveryAnswer> Send(INotificationDestination to, CancellationToken cancellationToken) =>
            ThingNotifications.Send(to, notification, _numbers, cancellationToken);

        public void Log(string to, DeliveryAnswer answer) => all.Log(to, notification, answer);

        public Task Record(string to, DeliveryAnswer answer) => all.Answer(to, notification, answer);

        private bool IsEnd => notification.Event.IsEnd();

        /// <summary>Outages and returns may join an incident, which is one attempt for all of them.</summary>
        private bool MayJoin(DestinationTerms terms) => terms.Collapse
            && (notification.IncidentId is not null
                || notification.Event is NotificationEvent.DeviceOffline or NotificationEvent.DeviceNeverSeen
                    or NotificationEvent.DeviceRecovered);

        private async Task<bool> LookAgain(bool sending)
        {
            if (await all.StillOwed(destination, notification, sending) is not { } owed) return false;

            // A repeat was verified just before it; the state has the first verification.
            notification = owed.Event == NotificationEvent.DeviceStillOffline
                ? owed with { Verification = notification.Verification }
                : owed;
            return true;
        }
    }

    /// <summary>Accepted before and sent again; its answer is not needed.</summary>
    private sealed class KeepAlive(ThingNotifications all, Notification notification, long counted) : IOutgoing
    {
        private FleetNumbers? _numbers;

        public string Key => notification.OutageId;

        public string Event => "keep-alive";

        public async ValueTask<bool> IsStillOwed(string to)
        {
            _numbers = await all.Numbers(notification, counted);
            if (await all.StillOwed(to, notification, sending: false) is not { } owed) return false;
            notification = owed;
            return true;
        }

        public Task<DeliveryAnswer> Send(INotificationDestination to, CancellationToken cancellationToken) =>
            ThingNotifications.Send(to, notification, _numbers, cancellationToken);

        public void Log(string to, DeliveryAnswer answer)
        {
            if (answer.Outcome != DeliveryOutcome.Accepted) all.Log(to, notification, answer);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Destination} accepted {Event} of {ThingName} (outage {OutageId}): {Detail}")]
    private partial void LogAccepted(string destination, string @event, string thingName, string outageId, string detail);

    [LoggerMessage(LogLevel.Warning, "{Destination} did not take {Event} of {ThingName} (outage {OutageId}). "
        + "It is sent again soon{More}: {Detail}")]
    private partial void LogFailed(string destination, string @event, string thingName, string outageId, string detail, string more);

    [LoggerMessage(LogLevel.Error, "{Destination} refused {Event} of {ThingName} (outage {OutageId}). "
        + "It is tried hourly for a day{More}: {Detail}")]
    private partial void LogRefused(string destination, string @event, string thingName, string outageId, string detail, string more);

    [LoggerMessage(LogLevel.Warning, "{ThingName}: a destination's answer could not be stored. The next tick asks again.")]
    private partial void LogNotAnswered(Exception exception, string thingName);
}
