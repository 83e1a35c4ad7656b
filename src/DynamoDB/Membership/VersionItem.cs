namespace IoTOrleans.DynamoDB.Membership;

/// <summary>The row that every change of the table changes, too: who wants to write has to have seen the last version.</summary>
internal static class VersionItem
{
    /// <summary>Before every silo's address, so that a query reads it first.</summary>
    public const string Sort = "!version";

    private const string Version = "version", Changed = "changed";

    public static Item Key(string cluster) => TableSchema.Membership.Key(cluster, Sort);

    /// <param name="changed">The row that was changed with it; null at the beginning.</param>
    public static Item From(string cluster, int version, string etag, SiloAddress? changed)
    {
        var item = Key(cluster);
        item[ETags.Attribute] = new(etag);
        item[Version] = MembershipItem.Number(version);
        if (changed is not null) item[Changed] = new(changed.ToParsableString());
        return item;
    }

    public static TableVersion ToVersion(Item item) => new(MembershipItem.VersionOf(item), item[ETags.Attribute].S);

    /// <summary>Sort key of the row that was changed last.</summary>
    public static string? ChangedOf(Item item) => item.GetValueOrDefault(Changed)?.S;
}
