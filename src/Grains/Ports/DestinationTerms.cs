namespace IoTOrleans.Grains.Ports;

/// <summary>On which terms a destination is told: what the rules and the dispatcher have to know of it.</summary>
public sealed record DestinationTerms
{
    public static DestinationTerms Default { get; } = new();

    /// <summary>It is owed <c>device.recovered</c>. Default: true.</summary>
    public bool SendResolved { get; init; } = true;

    /// <summary>Many at once may come to it as one. Default: true; false for services that group by themselves.</summary>
    public bool Collapse { get; init; } = true;

    /// <summary>
    /// It keeps an alert for each outage that it was told of singly, and only that outage's own end closes it: such returns never come
    /// to it as one. Default: false.
    /// </summary>
    public bool AlertPerOutage { get; init; }

    /// <summary>The most that it is sent, by all silos together; null: no limit. Keep-alives are counted by each silo for itself.</summary>
    public RateLimit? RateLimit { get; init; }

    /// <summary>
    /// It forgets what it is not told again: while an outage runs, the same <c>device.offline</c> is sent this often. That is between
    /// machines: not counted, not stored, and no reminder to people. Zero: never.
    /// </summary>
    public TimeSpan KeepAlive { get; init; }

    /// <summary>When it gets the daily list of what is offline, in the time zone of its people; null: never.</summary>
    public TimeOnly? DailySummary { get; init; }
}

/// <summary>At most <paramref name="Count"/> in any <paramref name="Period"/>, wherever it begins.</summary>
public sealed record RateLimit(int Count, TimeSpan Period);
