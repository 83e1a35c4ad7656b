using System.Collections.Immutable;

namespace IoTOrleans.Grains.Incidents;

/// <summary>The members that the next publication will count: hashes, sums and a few names. In memory only: they ask again.</summary>
internal sealed record UncountedMembers
{
    /// <summary>So many are called as soon as their incident is accepted; the others learn it when they ask again.</summary>
    internal const int MostNamed = 2000;

    private static readonly ImmutableDictionary<string, int> Nothing = ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    public static UncountedMembers None { get; } = new();

    /// <summary>Hashes of all members, and of the returns of those that were back before anybody was notified.</summary>
    public ImmutableHashSet<long> All { get; init; } = [];

    /// <summary>Hashes that are in no page yet.</summary>
    public ImmutableStack<long> Unpaged { get; init; } = [];

    public int UnpagedCount { get; init; }

    /// <summary>ID of the pages that are written already.</summary>
    public string? Pages { get; init; }

    public int PageCount { get; init; }

    /// <summary>When the first asked.</summary>
    public DateTimeOffset? FirstAt { get; init; }

    /// <summary>When the first asked that is not a member yet.</summary>
    public DateTimeOffset? FirstJoinAt { get; init; }

    public int Joins { get; init; }

    public int Silent { get; init; }

    public int Returns { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? LastAt { get; init; }

    public DateTimeOffset? LastBackAt { get; init; }

    public ImmutableDictionary<string, int> Reasons { get; init; } = Nothing;

    public ImmutableDictionary<string, int> Attributes { get; init; } = Nothing;

    /// <summary>Names of the first that joined.</summary>
    public ImmutableList<string> First { get; init; } = [];

    /// <summary>Names of the last that joined, oldest first.</summary>
    public ImmutableList<string> Newest { get; init; } = [];

    public ImmutableDictionary<long, Member> Named { get; init; } = ImmutableDictionary<long, Member>.Empty;

    /// <summary>The named members of the publication in flight.</summary>
    public ImmutableDictionary<long, Member> Counted { get; init; } = ImmutableDictionary<long, Member>.Empty;

    public UncountedMembers Add(Member member, bool onlyReturns, DateTimeOffset now)
    {
        var waiting = this;
        if (!All.Contains(member.Hash))
        {
            waiting = With(member.Hash) with { FirstAt = FirstAt ?? now };
            if (Named.Count < MostNamed) waiting = waiting with { Named = Named.Add(member.Hash, member) };
            if (onlyReturns ? member.Returns : member.Joins)
                waiting = waiting.Count(member, onlyReturns ? member.BackAt : member.Since, now);
            if (member.Returns) waiting = waiting.CountBack(member);
        }

        return member.IsLate && !waiting.All.Contains(member.ReturnHash) ? waiting.With(member.ReturnHash).CountBack(member) : waiting;
    }

    public UncountedMembers Count(Member member) =>
        Counted.Count < MostNamed ? this with { Counted = Counted.SetItem(member.Hash, member) } : this;

    /// <summary>The thing was forgotten before it was counted.</summary>
    /// <param name="hash">Of its outage.</param>
    public UncountedMembers Without(Member member, long hash)
    {
        var late = All.Contains(member.ReturnHash);
        var waiting = this with
        {
            All = All.Remove(hash).Remove(member.ReturnHash),
            Named = Named.Remove(hash),
            Joins = Joins - 1,
            Silent = Silent - (member.ReturnIsTold ? 0 : 1),
            Returns = Returns - (late ? 1 : 0),
            Reasons = Sum(Reasons, member.Reason is { } reason ? [reason] : [], -1),
            Attributes = Sum(Attributes, NamesOf(member), -1),
            First = First.Remove(member.ThingName),
            Newest = Newest.Remove(member.ThingName),
        };
        if (waiting.Joins == 0) waiting = waiting with { FirstJoinAt = null };
        return waiting.All.IsEmpty ? waiting with { FirstAt = null, StartedAt = null, LastAt = null, LastBackAt = null } : waiting;
    }

    private UncountedMembers With(long hash) =>
        this with { All = All.Add(hash), Unpaged = Unpaged.Push(hash), UnpagedCount = UnpagedCount + 1 };

    private UncountedMembers Count(Member member, DateTimeOffset? at, DateTimeOffset now) => this with
    {
        FirstJoinAt = FirstJoinAt ?? now,
        Joins = Joins + 1,
        Silent = Silent + (member is { Joins: true, ReturnIsTold: false } ? 1 : 0),
        StartedAt = Earlier(StartedAt, at),
        LastAt = Later(LastAt, at),
        Reasons = Sum(Reasons, member.Reason is { } reason ? [reason] : [], 1),
        Attributes = Sum(Attributes, NamesOf(member), 1),
        First = First.Count < Batches.MostThings ? First.Add(member.ThingName) : First,
        Newest = (Newest.Count < Batches.MostThings ? Newest : Newest.RemoveAt(0)).Add(member.ThingName),
    };

    private UncountedMembers CountBack(Member member) =>
        this with { Returns = Returns + 1, LastBackAt = Later(LastBackAt, member.BackAt) };

    private static IEnumerable<string> NamesOf(Member member) => member.Attributes.Select(pair => $"{pair.Key}={pair.Value}");

    private static ImmutableDictionary<string, int> Sum(ImmutableDictionary<string, int> counts, IEnumerable<string> names, int change)
    {
        foreach (var name in names)
        {
            var count = counts.GetValueOrDefault(name) + change;
            if (count <= 0) counts = counts.Remove(name);
            else if (count > 1 || counts.Count < Batches.MostNames) counts = counts.SetItem(name, count);
        }

        return counts;
    }
}
