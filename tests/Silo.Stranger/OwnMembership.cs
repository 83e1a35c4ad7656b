namespace IoTOrleans.Silo.Stranger;

/// <summary>A membership table in this process alone. It says that the victim is a member.</summary>
internal sealed class OwnMembership : IMembershipTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SiloAddress, MembershipEntry> _members = [];
    private readonly SiloAddress _victim;
    private TableVersion _version = new(1, "1");

    public OwnMembership(SiloAddress victim)
    {
        _victim = victim;
        _members[victim] = new MembershipEntry
        {
            SiloAddress = victim, Status = SiloStatus.Active, SiloName = "victim", HostName = "victim", SuspectTimes = [],
            StartTime = TimeProvider.System.GetUtcNow().UtcDateTime,
        };
    }

    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId) => Task.CompletedTask;

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Task.CompletedTask;

    public Task<MembershipTableData> ReadRow(SiloAddress key) => Task.FromResult(Read(entry => entry.SiloAddress.Equals(key)));

    public Task<MembershipTableData> ReadAll() => Task.FromResult(Read(_ => true));

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => Task.FromResult(Write(entry, tableVersion));

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        Task.FromResult(Write(entry, tableVersion));

    public Task UpdateIAmAlive(MembershipEntry entry)
    {
        lock (_lock) _members[entry.SiloAddress].IAmAliveTime = entry.IAmAliveTime;
        return Task.CompletedTask;
    }

    private MembershipTableData Read(Func<MembershipEntry, bool> which)
    {
        lock (_lock)
        {
            _members[_victim].IAmAliveTime = TimeProvider.System.GetUtcNow().UtcDateTime;
            return new([.. _members.Values.Where(which).Select(entry => Tuple.Create(entry, _version.VersionEtag))], _version);
        }
    }

    private bool Write(MembershipEntry entry, TableVersion version)
    {
        lock (_lock)
        {
            if (version.VersionEtag != _version.VersionEtag) return false;
            _members[entry.SiloAddress] = entry;
            _version = new(version.Version, $"{version.Version}");
            return true;
        }
    }
}
