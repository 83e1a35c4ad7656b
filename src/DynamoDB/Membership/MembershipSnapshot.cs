namespace IoTOrleans.DynamoDB.Membership;

/// <summary>
/// A query sees each item as it is when it comes by, so a transaction may be seen by half. The version says so: a row newer than
/// it, or the row that it names older than it.
/// </summary>
internal sealed record MembershipSnapshot(Item? Version, IReadOnlyList<Item> Silos)
{
    /// <param name="rows">In the order of their keys: the version comes first.</param>
    public static MembershipSnapshot Of(IReadOnlyList<Item> rows) =>
        rows is [var first, ..] && KeyOf(first) == VersionItem.Sort ? new(first, [.. rows.Skip(1)]) : new(null, rows);

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

    private static string KeyOf(Item row) => row[TableSchema.Membership.SortKey].S;
}
