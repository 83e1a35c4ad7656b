using System.Globalization;
using System.Security.Cryptography;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Presence;
using Orleans.Configuration;

namespace IoTOrleans.Grains.Summaries;

/// <summary>The daily list: what is offline is read before it is sent.</summary>
internal sealed partial class SummaryNotifications
{
    /// <summary>What was read for a list that is not out yet: one that is tried every few seconds is not read anew each time.</summary>
    private readonly ConcurrentDictionary<string, (string Id, DateTimeOffset ListedAt, FleetSummary? Summary)> _read = new();

    private readonly Func<string, Task> _tryAgain;
    private readonly IGrainFactory _grains;
    private readonly DestinationSender _sender;
    private readonly IThingsNotWell? _things;
    private readonly StoredStatus _statuses;
    private readonly MuteBook _mutes;
    private readonly string _cluster;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public SummaryNotifications(
        IGrainFactory grains, DestinationSender sender, StoredStatus statuses, MuteBook mutes, IOptions<ClusterOptions> cluster,
        [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<SummaryNotifications> logger,
        IThingsNotWell? things = null)
    {
        (_grains, _sender, _things, _statuses, _mutes, _time, _logger) = (grains, sender, things, statuses, mutes, time, logger);
        _cluster = cluster.Value.ClusterId;
        _tryAgain = destination => grains.GetGrain<ISummaryGrain>(destination).TryAgain();
    }

    /// <param name="newSince">When the list before was read.</param>
    public void Ask(string destination, DateOnly date, DateTimeOffset newSince) =>
        _sender.Send(destination, Traffic.Summaries, new List(this, destination, IdOf(destination, date), date, newSince));

    private string IdOf(string destination, DateOnly date)
    {
        var who = SHA256.HashData(Encoding.UTF8.GetBytes($"{_cluster}\n{destination}"));
        return string.Create(CultureInfo.InvariantCulture, $"summary-{date:yyyy-MM-dd}-{Convert.ToHexStringLower(who.AsSpan(0, 4))}");
    }

    private sealed class List(SummaryNotifications all, string destination, string id, DateOnly date, DateTimeOffset newSince) : IOutgoing
    {
        private FleetSummary? _summary;

        public string Key => id;

        public string AnswerKey => id;

        public Waiter? Waiter => new(all._tryAgain, destination);

        public async ValueTask<Admission> Admit(INotificationDestination to, RetryQueue retries, CancellationToken cancellationToken)
        {
            // A list that calls muted what is not would be wrong all day; the next tick asks again.
            if (all._things is null || !all._mutes.IsReady) return Admission.Later;
            if (retries.IsClosed)
            {
                retries.Wait(Waiter!.Value);
                return Admission.Answered(retries.NotNow);
            }

            try
            {
                _summary = await ReadOrRemember(cancellationToken);
                return _summary is null ? Admission.Answered(DeliveryAnswer.Accepted("nothing is offline")) : Admission.Go(TimeSpan.Zero);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                all.LogNotRead(exception, destination, id);
                return Admission.Answered(DeliveryAnswer.Failed(exception.Message));
            }
        }

        public Task<DeliveryAnswer> Send(INotificationDestination to, CancellationToken cancellationToken) =>
            to.Send(_summary!, cancellationToken);

        public void Log(string to, DeliveryAnswer answer)
        {
            if (answer.Outcome == DeliveryOutcome.Accepted) all.LogAccepted(to, id, _summary!.Count, answer.Detail ?? "ok");
            else all.LogFailed(to, id, _summary!.Count, answer.Detail);
        }

        public async Task Record(string to, DeliveryAnswer answer)
        {
            var listedAt = all._read.TryGetValue(to, out var read) && read.Id == id ? read.ListedAt : Now;
            await all._grains.GetGrain<ISummaryGrain>(to).Answered(date, listedAt, answer);
            if (answer.Outcome == DeliveryOutcome.Accepted) all._read.TryRemove(to, out _);
        }

        private DateTimeOffset Now => ToMilliseconds(all._time.GetUtcNow());

        private async Task<FleetSummary?> ReadOrRemember(CancellationToken cancellationToken)
        {
            var listedAt = Now;
            if (all._read.TryRemove(destination, out var before) && before.Id == id && listedAt - before.ListedAt <= SummaryTries.Longest)
                return (all._read[destination] = before).Summary;

            var draft = new SummaryDraft(destination, newSince);
            await foreach (
                var thing in all._things!.Walk(cancellationToken)) draft.Add(thing.State, all._statuses.Of(thing.ThingName, thing.State));
            return (all._read[destination] = (id, listedAt, draft.Finish(id, date, listedAt))).Summary;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Destination} accepted {SummaryId} ({Count} offline): {Detail}")]
    private partial void LogAccepted(string destination, string summaryId, int count, string detail);

    [LoggerMessage(LogLevel.Warning, "{Destination} did not take {SummaryId} ({Count} offline), tried again: {Detail}")]
    private partial void LogFailed(string destination, string summaryId, int count, string? detail);

    [LoggerMessage(LogLevel.Warning, "{Destination}: what is offline could not be read for {SummaryId}, tried again soon")]
    private partial void LogNotRead(Exception exception, string destination, string summaryId);
}
