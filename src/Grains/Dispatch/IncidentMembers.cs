using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Incidents;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>Tells members that their incident was accepted, and deletes pages. What fails is asked for or deleted later.</summary>
internal sealed partial class IncidentMembers : LaneService
{
    private const int Capacity = 1000;

    /// <summary>Each is one write of a thing's state.</summary>
    private const int ToldAtOnce = 64;

    private readonly IGrainFactory _grains;
    private readonly MemberPages _pages;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Lane<IncidentEffect.Tell>> _members;
    private readonly Lane<(string Destination, string Id)> _deletions;

    public IncidentMembers(
        IGrainFactory grains, IEnumerable<INotificationDestination> destinations, MemberPages pages,
        [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<IncidentMembers> logger)
        : base(time)
    {
        (_grains, _pages, _logger) = (grains, pages, logger);
        _members = destinations.ToDictionary(
            destination => destination.Name,
            destination => new Lane<IncidentEffect.Tell>(
                $"Members for {destination.Name}", 1, Capacity, (work, token) => Tell(destination.Name, work, token), logger));
        _deletions = new("Pages of members", 1, Capacity, (work, _) => DeletePages(work), logger);
    }

    public void Tell(string destination, IncidentEffect.Tell tell)
    {
        if (_members.TryGetValue(destination, out var lane)) lane.TryAdd($"{tell.IncidentId}.{tell.Number}", tell);
    }

    public void DeletePages(string destination, string id) => _deletions.TryAdd(id, (destination, id));

    protected override IEnumerable<ILane> Lanes => [_deletions, .. _members.Values];

    private async Task Tell(string destination, IncidentEffect.Tell tell, CancellationToken cancellationToken)
    {
        var answer = Admission.Told(tell.IncidentId).Answer!;
        var missed = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = ToldAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(tell.Members, options, async (member, _) =>
        {
            try
            {
                await _grains.GetGrain<IDeviceAnswers>(member.ThingName)
                    .Answered(member.OutageId, member.Event, member.Sequence, destination, answer);
            }
            catch (Exception)
            {
                Interlocked.Increment(ref missed);
            }
        });
        if (missed > 0) LogNotRecorded(destination, missed, tell.IncidentId);
    }

    private async Task DeletePages((string Destination, string Id) work)
    {
        await _pages.Delete(work.Id);
        await _grains.GetGrain<IDispatcherGrain>(work.Destination).PagesDeleted(work.Id);
    }

    [LoggerMessage(LogLevel.Warning, "{Destination}: {Missed} members of incident {IncidentId} did not store that they were told. "
        + "They ask again within a minute")]
    private partial void LogNotRecorded(string destination, int missed, string incidentId);
}
