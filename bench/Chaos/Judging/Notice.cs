namespace IoTOrleans.Chaos.Judging;

/// <summary>What somebody was told, as it arrived.</summary>
internal sealed record Notice(
    string Destination, string Event, string Thing, string OutageId, DateTimeOffset Since, DateTimeOffset DetectedAt,
    DateTimeOffset? RecoveredAt, string Verification,
    DateTimeOffset At)
{
    public const string Offline = "device.offline";
    public const string Recovered = "device.recovered";

    public override string ToString() =>
        $"{Destination} {At:HH:mm:ss.fff} {Event} {OutageId} since {Since:HH:mm:ss.fff}, detected {DetectedAt:HH:mm:ss.fff}, "
            + $"recovered {RecoveredAt:HH:mm:ss.fff}, {Verification}";
}
