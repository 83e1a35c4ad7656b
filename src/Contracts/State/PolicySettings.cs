namespace IoTOrleans.Contracts;

/// <summary>The fields of a policy: the defaults, those of a glob, or an override. Null: not set here.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.PolicyOverride")]
public sealed record PolicySettings
{
    [Id(0)] public TimeSpan? Grace { get; init; }

    [Id(1)] public TimeSpan? SettleTime { get; init; }

    [Id(2)] public TimeSpan? RecoveryHold { get; init; }

    [Id(3)] public TimeSpan? RecheckEvery { get; init; }

    [Id(4)] public TimeSpan? RepeatInterval { get; init; }

    [Id(5)] public bool? NotifyRecovery { get; init; }

    [Id(6)] public bool? NotifyFlapping { get; init; }

    [Id(7)] public bool? Muted { get; init; }

    /// <summary>Names of destinations, at least one.</summary>
    [Id(8)] public IReadOnlyList<string>? Notify { get; init; }

    [Id(9)] public TimeSpan? ExpectWithin { get; init; }
}
