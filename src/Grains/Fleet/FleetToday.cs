namespace IoTOrleans.Grains.Fleet;

/// <summary>What the fleet page shows about today, in the time zone of the settings. A crash may lose the last minute of it.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetToday")]
public sealed record FleetToday
{
    /// <summary>The last returns, newest first.</summary>
    [Id(0)] public IReadOnlyList<BackItem> BackItems { get; init; } = [];

    [Id(1)] public KeptQuiet KeptQuiet { get; init; } = new();

    /// <summary>One for each minute of the last two hours, oldest first.</summary>
    [Id(2)] public IReadOnlyList<FleetMinute> History { get; init; } = [];
}

/// <summary>A thing that came back.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.BackItem")]
public sealed record BackItem
{
    [Id(0)] public required string ThingName { get; init; }

    /// <summary>When it had disconnected.</summary>
    [Id(1)] public required DateTimeOffset Since { get; init; }

    [Id(2)] public required DateTimeOffset BackAt { get; init; }

    /// <summary>Its outage was notified, or the notification was on its way; else it was kept quiet.</summary>
    [Id(3)] public bool Notified { get; init; }

    public int DurationSeconds => (int)(BackAt - Since).TotalSeconds;
}

/// <summary>Outages that ended without a notification.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.KeptQuiet")]
public sealed record KeptQuiet
{
    [Id(0)] public int Today { get; init; }

    /// <summary>The last 14 days, the last one is today.</summary>
    [Id(1)] public IReadOnlyList<QuietDay> Days { get; init; } = [];

    /// <summary>The things with the most of them today.</summary>
    [Id(2)] public IReadOnlyList<QuietThing> Things { get; init; } = [];
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.QuietDay")]
public sealed record QuietDay([property: Id(0)] DateOnly Date, [property: Id(1)] int Count);

[GenerateSerializer, Immutable, Alias("IoTOrleans.QuietThing")]
public sealed record QuietThing(
    [property: Id(0)] string ThingName, [property: Id(1)] int Drops, [property: Id(2)] int LongestSeconds);

/// <param name="At">A full minute.</param>
/// <param name="Offline">Things that were offline then.</param>
/// <param name="Back">Things that came back in the minute before it.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetMinute")]
public sealed record FleetMinute(
    [property: Id(0)] DateTimeOffset At, [property: Id(1)] int Offline, [property: Id(2)] int Back);
