namespace IoTOrleans.Contracts;

/// <summary>Many outages told as one, or many returns of things that were told singly.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Incident")]
public sealed record Incident
{
    /// <summary>22 characters, the same in everything about this incident and over any crash.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Only returns: one <c>fleet.recovered</c>, and no more.</summary>
    [Id(1)] public bool OnlyReturns { get; init; }

    /// <summary>When one more than may be told singly fell due.</summary>
    [Id(2)] public DateTimeOffset OpenedAt { get; init; }

    /// <summary>When the last member was taken in.</summary>
    [Id(3)] public DateTimeOffset JoinedAt { get; init; }

    /// <summary>The first disconnect; with only returns, the first of those.</summary>
    [Id(4)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The last disconnect.</summary>
    [Id(5)] public DateTimeOffset? LastAt { get; init; }

    /// <summary>The last return.</summary>
    [Id(6)] public DateTimeOffset? LastBackAt { get; init; }

    /// <summary>Members that a publication has counted or is about to.</summary>
    [Id(7)] public int Count { get; init; }

    /// <summary>Members that came back, as far as a publication has counted them or is about to.</summary>
    [Id(8)] public int Back { get; init; }

    /// <summary>Members whose return nobody will be told of.</summary>
    [Id(9)] public int Silent { get; init; }

    /// <summary>Members by disconnect reason.</summary>
    [Id(10)] public IReadOnlyDictionary<string, int> Reasons { get; init; } = None;

    /// <summary>Members by attribute, <c>name=value</c>.</summary>
    [Id(11)] public IReadOnlyDictionary<string, int> Attributes { get; init; } = None;

    /// <summary>The first members' names.</summary>
    [Id(12)] public IReadOnlyList<string> Things { get; init; } = [];

    /// <summary>The number of the last publication that was accepted; 0: none yet.</summary>
    [Id(13)] public int Publications { get; init; }

    [Id(14)] public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Who was counted in the last publications; oldest first. Only the last may wait for its answer.</summary>
    [Id(15)] public IReadOnlyList<IncidentBatch> Batches { get; init; } = [];

    /// <summary>Attempts in vain at the batch that waits.</summary>
    [Id(16)] public int Failures { get; init; }

    [Id(17)] public DateTimeOffset? RetryAt { get; init; }

    [Id(18)] public DateTimeOffset? RefusedSince { get; init; }

    /// <summary>Its <c>fleet.recovered</c> was accepted.</summary>
    [Id(19)] public bool Closed { get; init; }

    /// <summary>Members that were forgotten since they were counted: nobody waits for their return.</summary>
    [Id(20)] public int Gone { get; init; }

    /// <summary>Stored, and not accepted yet.</summary>
    public IncidentBatch? InFlight() => Batches.Count > 0 && Batches[^1].AcceptedAt is null ? Batches[^1] : null;

    private static readonly IReadOnlyDictionary<string, int> None = new Dictionary<string, int>();
}

/// <summary>Whom one publication counted. Kept until each of them must have heard of it, so that none is counted twice.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.IncidentBatch")]
public sealed record IncidentBatch
{
    /// <summary>Of the publication, from 1.</summary>
    [Id(0)] public int Number { get; init; }

    /// <summary>48 bits of each member's hash, ascending, six bytes each; empty where they are in pages.</summary>
    [Id(1)] public byte[] Hashes { get; init; } = [];

    /// <summary>The incident ends with it.</summary>
    [Id(2)] public bool Closing { get; init; }

    [Id(3)] public bool Growing { get; init; }

    /// <summary>When it was stored.</summary>
    [Id(4)] public DateTimeOffset At { get; init; }

    [Id(5)] public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>Every member has recorded that it was told. Only in states of version 0.2.</summary>
    [Id(6)] public bool Recorded { get; init; }

    /// <summary>Set: the hashes are in <see cref="MemberPage"/>s with this id.</summary>
    [Id(7)] public string? Pages { get; init; }

    /// <summary>How many pages these are.</summary>
    [Id(8)] public int PageCount { get; init; }

    /// <summary>How many members it added to the incident.</summary>
    [Id(9)] public int Joined { get; init; }

    /// <summary>Names of those that it added, newest first. Kept until it is accepted.</summary>
    [Id(10)] public IReadOnlyList<string> Newest { get; init; } = [];
}

/// <summary>
/// Hashes of an incident's members, apart from the <see cref="DispatchState"/> because a million do not fit into one item. Written once,
/// before the state that names it, and never changed.
/// </summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.MemberPage")]
public sealed record MemberPage
{
    /// <summary>64 bits each, ascending, eight bytes each.</summary>
    [Id(0)] public byte[] Hashes { get; init; } = [];
}
