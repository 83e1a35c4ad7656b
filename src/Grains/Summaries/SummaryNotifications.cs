using System.Globalization;
using System.Security.Cryptography;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Mutes;
using Orleans.Configuration;

namespace IoTOrleans.Grains.Summaries;

internal sealed partial class SummaryNotifications(
    IGrainFactory grains, DestinationSender sender, StoredStatus statuses, MuteBook mutes, IOptions<ClusterOptions> cluster,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<SummaryNotifications> logger, IThingsNotWell? things = null)
{
    /// <summary>Lists that are not accepted yet, so that one that is tried every few seconds is not read each time.</summary>
    private readonly ConcurrentDictionary<string, (string Id, DateTimeOffset ListedAt, FleetSummary? Summary)> _read = new();

    private readonly Func<string, Task> _tryAgain = destination => grains.GetGrain<ISummaryGrain>(destination).TryAgain();
    private readonly Func<string, Task<bool>> _owes = destination => grains.GetGrain<ISummaryGrain>(destination).Owes();

    /// <summary>A list that shows muted things as not muted would be wrong all day.</summary>
    private bool CanRead => things is not null && mutes.IsReady;

    private DateTimeOffset Now => ToMilliseconds(time.GetUtcNow());

    /// <param name="newSince">When the list before was read.</param>
    public void Ask(string destination, DateOnly date, DateTimeOffset newSince) =>
        sender.Send(destination, Traffic.Summaries, new List(this, destination, IdOf(destination, date), date, newSince));

    private string IdOf(string destination, DateOnly date)
    {
        var who = SHA256.HashData(Encoding.UTF8.GetBytes($"{cluster.Value.ClusterId}\n{destination}"));
        return string.Create(CultureInfo.InvariantCulture, $"summary-{date:yyyy-MM-dd}-{Convert.ToHexStringLower(who.AsSpan(0, 4))}");
    }

    private async Task<FleetSummary?> Read(
        string destination, string id, DateOnly date, DateTimeOffset newSince, CancellationToken cancellationToken)
    {
        var listedAt = Now;
        if (_read.TryRemove(destination, out var before) && before.Id == id && listedAt - before.ListedAt <= SummaryTries.Longest)
            return (_read[destination] = before).Summary;

        var draft = new SummaryDraft(destination, newSince);
        await foreach (var thing in things!.Walk(cancellationToken)) draft.Add(thing.State, statuses.Of(thing.ThingName, thing.State));
        return (_read[destination] = (id, listedAt, draft.Finish(id, date, listedAt))).Summary;
    }

    private async Task Answer(string destination, string id, DateOnly date, DeliveryAnswer answer)
    {
        var listedAt = _read.TryGetValue(destination, out var read) && read.Id == id ? read.ListedAt : Now;
        await grains.GetGrain<ISummaryGrain>(destination).Answered(date, listedAt, answer);
        if (answer.Outcome == DeliveryOutcome.Accepted) _read.TryRemove(destination, out _);
    }

    private sealed class List(SummaryNotifications all, string destination, string id, DateOnly date, DateTimeOffset newSince) : IOutgoing
    {
        private FleetSummary? _summary;

        public string Key => id;

        public string AnswerKey => id;

        public string Event => FleetSummary.Event;

        public Waiter? Waiter => new(all._tryAgain, all._owes, destination);

        public async ValueTask<Admission> Admit(INotificationDestination to, RetryQueue retries, CancellationToken cancellationToken)
        {
            if (!all.CanRead) return Admission.Later;
            if (retries.IsClosed)
            {
                retries.Wait(Waiter!.Value);
                return Admission.Answered(retries.NotNow);
            }

            try
            {
                _summary = await all.Read(destination, id, date, newSince, cancellationToken);
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

        public Task Record(string to, DeliveryAnswer answer) => all.Answer(to, id, date, answer);
    }

    [LoggerMessage(LogLevel.Information, "{Destination} accepted {SummaryId} ({Count} offline): {Detail}")]
    private partial void LogAccepted(string destination, string summaryId, int count, string detail);

    [LoggerMessage(LogLevel.Warning, "{Destination} did not take {SummaryId} ({Count} offline). It is sent again: {Detail}")]
    private partial void LogFailed(string destination, string summaryId, int count, string? detail);

    [LoggerMessage(LogLevel.Warning, "{Destination}: the offline things could not be read for {SummaryId}. It is tried again soon")]
    private partial void LogNotRead(Exception exception, string destination, string summaryId);
}
