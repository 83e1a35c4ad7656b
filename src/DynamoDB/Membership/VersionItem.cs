namespace IoTOrleans.DynamoDB.Membership;

/// <summary>The row that changes with every other row: a writer must have seen the latest version.</summary>
internal static class VersionItem
{
    /// <summary>Sorts before every silo's address, so that a query reads it first.</summary>
    public const string Sort = "!version";

    private const string Version = "version", Changed = "changed";

    public static Item Key(string cluster) => TableSchema.Membership.Key(cluster, Sort);

    /// <param name="changed">The row that changes with it; null in a new table.</param>
    public static Item From(string cluster, int version, string etag, SiloAddress? changed)
    {
        var item = Key(cluster);
        item[ETags.Attribute] = new(etag);
        item[Version] = MembershipItem.Number(version);
        if (changed is not null) item[Changed] = new(changed.ToParsableString());
        return item;
    }

    public static TableVersion ToVersion(Item item) => new(MembershipItem.VersionOf(item), item[ETags.Attribute].S);

    /// <summary>Sort key of the row that changed last.</summary>
    public static string? ChangedOf(Item item) => item.GetValueOrDefault(Changed)?.S;
}
