using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace IoTOrleans.Grains.Summaries;

/// <summary>Reads what is offline, tells a destination, and brings the answer back. One at a time and destination.</summary>
internal sealed partial class SummaryQueue : BackgroundService
{
    /// <summary>What was accepted and could not be recorded: repeated to the grain, and not to people.</summary>
    private readonly ConcurrentDictionary<string, (string Id, DateTimeOffset ListedAt, DeliveryAnswer Answer)> _unrecorded = new();

    /// <summary>What was read for a list that is not out yet: one that is tried every few seconds is not read anew each time.</summary>
    private readonly ConcurrentDictionary<string, FleetSummary> _read = new();

    private readonly Func<string, Task> _tryAgain;
    private readonly IGrainFactory _grains;
    private readonly IThingsNotWell? _things;
    private readonly StoredStatus _statuses;
    private readonly MuteBook _mutes;
    private readonly DestinationWatch _watch;
    private readonly string _cluster;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Lane<Work>> _lanes;

    public SummaryQueue(
        IGrainFactory grains, IEnumerable<INotificationDestination> destinations, StoredStatus statuses, MuteBook mutes, DestinationWatch watch,
        IOptions<ClusterOptions> cluster, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<SummaryQueue> logger,
        IThingsNotWell? things = null)
    {
        (_grains, _things, _statuses, _mutes, _watch, _time, _logger) = (grains, things, statuses, mutes, watch, time, logger);
        _cluster = cluster.Value.ClusterId;
        _tryAgain = destination => _grains.GetGrain<ISummaryGrain>(destination).TryAgain();
        _lanes = destinations.ToDictionary(
            destination => destination.Name,
            destination => new Lane<Work>($"Summary for {destination.Name}", 1, 1, (work, token) => Tell(destination, work, token), logger));
    }

    public int Pending => _lanes.Values.Sum(lane => lane.Count);

    /// <param name="newSince">When the list before was read.</param>
    public void Ask(string destination, DateOnly date, DateTimeOffset newSince)
    {
        if (_lanes.TryGetValue(destination, out var lane)) lane.TryAdd(IdOf(destination, date), new(date, newSince));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in _lanes.Values) lane.Close();
        await Draining.Wait(ExecuteTask, _time, cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_lanes.Values.Select(lane => lane.Run(stoppingToken)));

    private async Task Tell(INotificationDestination destination, Work work, CancellationToken cancellationToken)
    {
        // A list that calls muted what is not would be wrong all day; the next tick asks again.
        if (_things is null || !_mutes.IsReady) return;
        var id = IdOf(destination.Name, work.Date);
        var listedAt = PresenceRules.ToMilliseconds(_time.GetUtcNow());
        if (_unrecorded.TryGetValue(destination.Name, out var known) && known.Id == id)
        {
            await Answer(destination.Name, work.Date, known.ListedAt, known.Answer, id, cancellationToken);
            return;
        }

        var answer = await Send(destination, id, work, listedAt, cancellationToken);
        if (_read.TryGetValue(destination.Name, out var read) && read.Id == id) listedAt = read.ListedAt;
        await Answer(destination.Name, work.Date, listedAt, answer, id, cancellationToken);
    }

    private async Task<DeliveryAnswer> Send(
        INotificationDestination destination, string id, Work work, DateTimeOffset listedAt, CancellationToken cancellationToken)
    {
        var (room, who) = (_watch.RoomOf(destination.Name), new Waiter(_tryAgain, destination.Name));
        if (room.IsClosed)
        {
            room.Wait(who);
            return room.NotNow;
        }

        var summary = _read.GetValueOrDefault(destination.Name);
        try
        {
            if (summary?.Id != id || listedAt - summary.ListedAt > SummaryTries.Longest) summary = await Read(destination.Name, id, work, listedAt, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotRead(exception, destination.Name, id);
            return DeliveryAnswer.Failed(exception.Message);
        }

        if (summary is null) return DeliveryAnswer.Accepted("nothing is offline");
        if (!await room.Turn(who, cancellationToken)) return room.NotNow;
        var answer = await room.Try(who, token => destination.Send(summary, token), cancellationToken);
        if (answer.Outcome == DeliveryOutcome.Accepted) LogAccepted(destination.Name, id, summary.Count, answer.Detail ?? "ok");
        else LogFailed(destination.Name, id, summary.Count, answer.Detail);
        return answer;
    }

    private async Task<FleetSummary?> Read(string destination, string id, Work work, DateTimeOffset listedAt, CancellationToken cancellationToken)
    {
        _read.TryRemove(destination, out _);
        var draft = new SummaryDraft(destination, work.NewSince);
        await foreach (var thing in _things!.Walk(cancellationToken)) draft.Add(thing.State, _statuses.Of(thing.ThingName, thing.State));
        var summary = draft.Finish(id, work.Date, listedAt);
        if (summary is not null) _read[destination] = summary;
        return summary;
    }

    private async Task Answer(
        string destination, DateOnly date, DateTimeOffset listedAt, DeliveryAnswer answer, string id, CancellationToken cancellationToken)
    {
        await Answers.Record(
            () => _grains.GetGrain<ISummaryGrain>(destination).Answered(date, listedAt, answer),
            keep: () =>
            {
                if (answer.Outcome == DeliveryOutcome.Accepted) _unrecorded[destination] = (id, listedAt, answer);
            },
            _time, cancellationToken);
        _unrecorded.TryRemove(destination, out _);
        if (answer.Outcome == DeliveryOutcome.Accepted) _read.TryRemove(destination, out _);
    }

    private string IdOf(string destination, DateOnly date)
    {
        var who = SHA256.HashData(Encoding.UTF8.GetBytes($"{_cluster}\n{destination}"));
        return string.Create(CultureInfo.InvariantCulture, $"summary-{date:yyyy-MM-dd}-{Convert.ToHexStringLower(who.AsSpan(0, 4))}");
    }

    private sealed record Work(DateOnly Date, DateTimeOffset NewSince);

    [LoggerMessage(72, LogLevel.Information, "{Destination} accepted {SummaryId} ({Count} offline): {Detail}")]
    private partial void LogAccepted(string destination, string summaryId, int count, string detail);

    [LoggerMessage(73, LogLevel.Warning, "{Destination} did not take {SummaryId} ({Count} offline), tried again: {Detail}")]
    private partial void LogFailed(string destination, string summaryId, int count, string? detail);

    [LoggerMessage(74, LogLevel.Warning, "{Destination}: what is offline could not be read for {SummaryId}, tried again soon")]
    private partial void LogNotRead(Exception exception, string destination, string summaryId);
}
