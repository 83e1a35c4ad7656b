namespace IoTOrleans.Contracts;

/// <summary>The policy that holds for a thing, and where it comes from.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.DevicePolicy")]
public sealed record DevicePolicy
{
    /// <summary><c>override</c> if the thing has one, else the glob of the policy that matched, else <c>default</c>.</summary>
    [Id(0)] public required string Source { get; init; }

    /// <summary>The glob of the policy that matched, also below an override; null: none.</summary>
    [Id(1)] public string? Match { get; init; }

    /// <summary>The fields that the override sets, by the names below.</summary>
    [Id(2)] public required IReadOnlyList<string> Overridden { get; init; }

    [Id(3)] public TimeSpan Grace { get; init; }

    [Id(4)] public TimeSpan SettleTime { get; init; }

    /// <summary>Before returns in a row lengthen it.</summary>
    [Id(5)] public TimeSpan RecoveryHold { get; init; }

    [Id(6)] public TimeSpan RecheckEvery { get; init; }

    [Id(7)] public TimeSpan RepeatInterval { get; init; }

    [Id(12)] public TimeSpan ExpectWithin { get; init; }

    [Id(8)] public bool NotifyRecovery { get; init; }

    [Id(9)] public bool NotifyFlapping { get; init; }

    [Id(10)] public bool Muted { get; init; }

    /// <summary>Names of the destinations that are notified.</summary>
    [Id(11)] public required IReadOnlyList<string> Notify { get; init; }
}
