namespace IoTOrleans.Grains.Ports;

public sealed record DestinationTerms
{
    public static DestinationTerms Default { get; } = new();

    /// <summary>It is owed <c>device.recovered</c>. Default: true.</summary>
    public bool SendResolved { get; init; } = true;

    /// <summary>Many outages may come to it as one incident. Default: true; false for services that group by themselves.</summary>
    public bool Collapse { get; init; } = true;

    /// <summary>It keeps an alert for each outage, which only that outage's end closes: no incident of returns. Default: false.</summary>
    public bool AlertPerOutage { get; init; }

    /// <summary>For all silos together, except keep-alives: their limit is for each silo. Null: no limit.</summary>
    public RateLimit? RateLimit { get; init; }

    /// <summary>Repeats <c>device.offline</c> this often to a destination that forgets it. Not counted or stored. Zero: never.</summary>
    public TimeSpan KeepAlive { get; init; }

    /// <summary>When it gets the daily list, in the time zone of the settings; null: never.</summary>
    public TimeOnly? DailySummary { get; init; }
}

/// <summary>At most <paramref name="Count"/> in any <paramref name="Period"/>, whenever it begins.</summary>
public sealed record RateLimit(int Count, TimeSpan Period);
