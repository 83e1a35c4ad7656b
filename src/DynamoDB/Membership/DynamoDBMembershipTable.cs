using Microsoft.Extensions.Logging;

namespace IoTOrleans.DynamoDB.Membership;

/// <summary>Orleans' extended protocol: every change of a silo's row changes the table's version in the same transaction.</summary>
internal sealed partial class DynamoDBMembershipTable(string cluster, DynamoDBTable table, ILogger<DynamoDBMembershipTable> logger)
    : IMembershipTable
{
    public async Task InitializeMembershipTable(bool tryInitTableVersion)
    {
        // A conflict means that another silo was first. That is as good.
        if (tryInitTableVersion) await table.Put(VersionItem.From(cluster, 0, ETags.New(), changed: null), WriteCondition.Absent);
    }

    public async Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        var rows = await table.ReadTogether(MembershipItem.Key(cluster, key), VersionItem.Key(cluster));
        return ToData(rows[1], rows[0] is { } row ? [row] : []);
    }

    public async Task<MembershipTableData> ReadAll()
    {
        var snapshot = await MembershipSnapshot.Read(table, cluster);
        return ToData(snapshot.Version, snapshot.Silos);
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => Write(entry, WriteCondition.Absent, tableVersion);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        Write(entry, WriteCondition.ETagIs(etag), tableVersion);

    /// <summary>
    /// Changes neither version nor ETag, because nobody has to act on a heartbeat. Changes only an existing row: else it would bring back a
    /// part of a row that was cleaned up, and nobody could read the table any more.
    /// </summary>
    public async Task UpdateIAmAlive(MembershipEntry entry)
    {
        var exists = await table.Set(
            MembershipItem.Key(cluster, entry.SiloAddress), MembershipItem.Alive, new(StoredTime.Write(entry.IAmAliveTime)));
        if (!exists) LogRowGone(entry.SiloAddress, table.Name);
    }

    public async Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate)
    {
        foreach (var row in (await MembershipSnapshot.Read(table, cluster)).Silos)
        {
            var entry = MembershipItem.ToEntry(row);
            if (entry.Status == SiloStatus.Active || LastSign(entry) >= beforeDate.UtcDateTime) continue;

            // The next cleanup sees to a row that was changed meanwhile.
            await table.Delete(TableSchema.Membership.KeyOf(row), WriteCondition.ETagIs(DynamoDBTable.ETagOf(row)!));
        }
    }

    public async Task DeleteMembershipTableEntries(string clusterId)
    {
        await foreach (var row in table.Query(clusterId))
            await table.Delete(TableSchema.Membership.KeyOf(row), WriteCondition.ETagIs(DynamoDBTable.ETagOf(row)!));
    }

    private Task<bool> Write(MembershipEntry entry, WriteCondition row, TableVersion version) => table.PutTogether(
        (MembershipItem.From(cluster, entry, version.Version, ETags.New()), row),
        (VersionItem.From(cluster, version.Version, ETags.New(), entry.SiloAddress), WriteCondition.ETagIs(version.VersionEtag)));

    private MembershipTableData ToData(Item? version, IReadOnlyList<Item> silos)
    {
        if (version is null)
            throw new DynamoDBStoreException(DynamoDBStoreError.Unreadable,
                $"Cluster {cluster} has no version row in the DynamoDB table {table.Name}: a silo writes it when it starts; restart one.");
        return new(
            [.. silos.Select(row => Tuple.Create(MembershipItem.ToEntry(row), DynamoDBTable.ETagOf(row)!))],
            VersionItem.ToVersion(version));
    }

    /// <summary>A vote counts too: other silos still have to learn of one that was declared dead just now.</summary>
    private static DateTime LastSign(MembershipEntry entry) =>
        (entry.SuspectTimes ?? []).Select(vote => vote.Item2).Append(entry.StartTime).Append(entry.IAmAliveTime).Max();

    [LoggerMessage(LogLevel.Warning, "{Silo} has no row in the DynamoDB table {Table} any more: it was declared dead and cleaned up.")]
    private partial void LogRowGone(SiloAddress silo, string table);
}
