namespace IoTOrleans.Contracts;

/// <summary>Many outages notified as one, or many returns after outages that were notified one by one.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Incident")]
public sealed record Incident
{
    /// <summary>22 characters, the same in everything about this incident, also after a crash.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Only returns: one <c>fleet.recovered</c>, and no more.</summary>
    [Id(1)] public bool OnlyReturns { get; init; }

    /// <summary>When one more notification fell due than may go out by themselves.</summary>
    [Id(2)] public DateTimeOffset OpenedAt { get; init; }

    [Id(3)] public DateTimeOffset JoinedAt { get; init; }

    /// <summary>The first disconnect; with only returns, the first return.</summary>
    [Id(4)] public DateTimeOffset? StartedAt { get; init; }

    [Id(5)] public DateTimeOffset? LastAt { get; init; }

    [Id(6)] public DateTimeOffset? LastBackAt { get; init; }

    /// <summary>Members in the publications so far, including one in flight.</summary>
    [Id(7)] public int Count { get; init; }

    [Id(8)] public int Back { get; init; }

    /// <summary>Members whose return leads to no notification.</summary>
    [Id(9)] public int Silent { get; init; }

    [Id(10)] public IReadOnlyDictionary<string, int> Reasons { get; init; } = ReadOnlyDictionary<string, int>.Empty;

    /// <summary>Members by attribute, <c>name=value</c>.</summary>
    [Id(11)] public IReadOnlyDictionary<string, int> Attributes { get; init; } = ReadOnlyDictionary<string, int>.Empty;

    /// <summary>Names of the first members.</summary>
    [Id(12)] public IReadOnlyList<string> Things { get; init; } = [];

    /// <summary>The number of the last publication that was accepted; 0: none yet.</summary>
    [Id(13)] public int Publications { get; init; }

    [Id(14)] public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>The members of the last publications; oldest first. Only the last batch may wait for its answer.</summary>
    [Id(15)] public IReadOnlyList<IncidentBatch> Batches { get; init; } = [];

    [Id(16)] public int Failures { get; init; }

    [Id(17)] public DateTimeOffset? RetryAt { get; init; }

    [Id(18)] public DateTimeOffset? RefusedSince { get; init; }

    /// <summary>Its <c>fleet.recovered</c> was accepted.</summary>
    [Id(19)] public bool Closed { get; init; }

    /// <summary>Members that were forgotten after they were counted: their return is not waited for.</summary>
    [Id(20)] public int Gone { get; init; }

    public IncidentBatch? InFlight() => Batches.Count > 0 && Batches[^1].AcceptedAt is null ? Batches[^1] : null;
}

/// <summary>The members of one publication. Kept until all of them must have heard of it, so that none is counted twice.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.IncidentBatch")]
public sealed record IncidentBatch
{
    /// <summary>Of the publication, from 1.</summary>
    [Id(0)] public int Number { get; init; }

    /// <summary>48 bits of each member's hash, ascending, six bytes each; empty where they are in pages.</summary>
    [Id(1)] public byte[] Hashes { get; init; } = [];

    [Id(2)] public bool Closing { get; init; }

    [Id(3)] public bool Growing { get; init; }

    [Id(4)] public DateTimeOffset At { get; init; }

    [Id(5)] public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>Every member has stored the answer. Only in states of version 0.2.</summary>
    [Id(6)] public bool Recorded { get; init; }

    /// <summary>Set: the hashes are in <see cref="MemberPage"/>s with this ID.</summary>
    [Id(7)] public string? Pages { get; init; }

    [Id(8)] public int PageCount { get; init; }

    /// <summary>How many members it added to the incident.</summary>
    [Id(9)] public int Joined { get; init; }

    /// <summary>Names of added members, newest first. Dropped when the batch is accepted.</summary>
    [Id(10)] public IReadOnlyList<string> Newest { get; init; } = [];
}

/// <summary>Hashes of members, because a million do not fit into the state. Written once, before the state that names them.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.MemberPage")]
public sealed record MemberPage
{
    /// <summary>64 bits each, ascending, eight bytes each.</summary>
    [Id(0)] public byte[] Hashes { get; init; } = [];
}
