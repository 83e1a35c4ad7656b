namespace IoTOrleans.DynamoDB.Membership;

/// <summary>
/// All silos and the version that they belong to. A query reads one item after the other, so it may see only a part of a transaction:
/// then a row is newer than the version, or the row that the version names is older.
/// </summary>
internal sealed record MembershipSnapshot(Item? Version, IReadOnlyList<Item> Silos)
{
    private const int Rereads = 20;

    public bool IsWhole
    {
        get
        {
            if (Version is null) return Silos.Count == 0;
            var version = MembershipItem.VersionOf(Version);
            var changed = Silos.FirstOrDefault(row => KeyOf(row) == VersionItem.ChangedOf(Version));
            return Silos.All(row => MembershipItem.VersionOf(row) <= version)
                && (changed is null || MembershipItem.VersionOf(changed) == version);
        }
    }

    /// <param name="rows">In the order of their keys: the version comes first.</param>
    public static MembershipSnapshot Of(IReadOnlyList<Item> rows) =>
        rows is [var first, ..] && KeyOf(first) == VersionItem.Sort ? new(first, [.. rows.Skip(1)]) : new(null, rows);

    public static async Task<MembershipSnapshot> Read(DynamoDBTable table, string cluster)
    {
        for (var reads = 0; reads < Rereads; reads++)
        {
            var snapshot = Of(await table.Query(cluster).ToListAsync());
            if (snapshot.IsWhole) return snapshot;
        }

        throw new DynamoDBStoreException(DynamoDBStoreError.Unreadable,
            $"The rows of cluster {cluster} in the DynamoDB table {table.Name} do not fit their version, {Rereads} times in a row: "
            + "if this stays, somebody has edited them; stop all silos and delete the rows of this cluster.");
    }

    private static string KeyOf(Item row) => row[TableSchema.Membership.SortKey].S;
}
