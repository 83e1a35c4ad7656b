using System.Globalization;

namespace IoTOrleans.DynamoDB.Membership;

/// <summary>A silo as an item. Empty fields that only diagnostics read are left out.</summary>
internal static class MembershipItem
{
    public const string Alive = "alive", Status = "status", ProxyPort = "proxyPort";

    private const string Version = "version", Name = "name", Host = "host", Role = "role", StartedAt = "startedAt", Suspects = "suspects";

    public static Item Key(string cluster, SiloAddress silo) => TableSchema.Membership.Key(cluster, silo.ToParsableString());

    /// <param name="version">The table's version after this change.</param>
    public static Item From(string cluster, MembershipEntry entry, int version, string etag)
    {
        var item = Key(cluster, entry.SiloAddress);
        item[ETags.Attribute] = new(etag);
        item[Version] = Number(version);
        item[Status] = new(entry.Status.ToString());
        item[ProxyPort] = Number(entry.ProxyPort);
        item[StartedAt] = new(StoredTime.Write(entry.StartTime));
        item[Alive] = new(StoredTime.Write(entry.IAmAliveTime));
        if (!string.IsNullOrEmpty(entry.SiloName)) item[Name] = new(entry.SiloName);
        if (!string.IsNullOrEmpty(entry.HostName)) item[Host] = new(entry.HostName);
        if (!string.IsNullOrEmpty(entry.RoleName)) item[Role] = new(entry.RoleName);
        if (entry.SuspectTimes is { Count: > 0 } suspects)
            item[Suspects] = new()
            {
                L = [.. suspects.Select(vote => new AttributeValue($"{vote.Item1.ToParsableString()} {StoredTime.Write(vote.Item2)}"))],
            };
        return item;
    }

    public static MembershipEntry ToEntry(Item item) => new()
    {
        SiloAddress = SiloAddress.FromParsableString(item[TableSchema.Membership.SortKey].S),
        Status = Enum.Parse<SiloStatus>(item[Status].S),
        ProxyPort = ReadNumber(item[ProxyPort]),
        StartTime = StoredTime.Read(item[StartedAt].S),
        IAmAliveTime = StoredTime.Read(item[Alive].S),
        SiloName = item.GetValueOrDefault(Name)?.S ?? "",
        HostName = item.GetValueOrDefault(Host)?.S ?? "",
        RoleName = item.GetValueOrDefault(Role)?.S,
        SuspectTimes = [.. (item.GetValueOrDefault(Suspects)?.L ?? []).Select(vote => ReadVote(vote.S))],
    };

    public static int VersionOf(Item item) => ReadNumber(item[Version]);

    public static AttributeValue Number(int value) => new() { N = value.ToString(CultureInfo.InvariantCulture) };

    private static int ReadNumber(AttributeValue value) => int.Parse(value.N, CultureInfo.InvariantCulture);

    private static Tuple<SiloAddress, DateTime> ReadVote(string vote)
    {
        var parts = vote.Split(' ');
        return Tuple.Create(SiloAddress.FromParsableString(parts[0]), StoredTime.Read(parts[1]));
    }
}
