namespace IoTOrleans.Grains.Ports;

public interface IIngestProgress
{
    IngestProgress Current { get; }
}

/// <param name="Queue">How far the queue has been read, or the one of two that is further behind; null: none is consumed.</param>
/// <param name="Stall">The last stall; null: none.</param>
public sealed record IngestProgress(Watermark? Queue = null, Stall? Stall = null)
{
    public static IngestProgress None { get; } = new();
}

/// <summary>How far a queue has been read.</summary>
/// <param name="SeenUntil">Everything that the queue received until then is stored; null: not known.</param>
/// <param name="HiddenBefore">Messages from before then may be in flight to a silo that died, or were in an answer that got lost.</param>
/// <param name="HiddenUntil">By then they have come again.</param>
/// <param name="Reports">The last report of each silo, for the next one that has to know them; null: not asked for.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Horizon")]
public sealed record Watermark(
    [property: Id(0)] DateTimeOffset? SeenUntil, [property: Id(1)] DateTimeOffset? HiddenBefore = null,
    [property: Id(2)] DateTimeOffset? HiddenUntil = null,
    [property: Id(3)] IReadOnlyList<WatermarkReport>? Reports = null)
{
    public static Watermark Unknown { get; } = new((DateTimeOffset?)null);

    /// <summary>Of two queues, each of which may hold an event: what is not known of one is not known.</summary>
    public Watermark And(Watermark other) => new(
        SeenUntil is { } seen && other.SeenUntil is { } seenToo ? Earlier(seen, seenToo) : null,
        Later(HiddenBefore, other.HiddenBefore), Later(HiddenUntil, other.HiddenUntil));

    /// <summary>A message that was sent after a time may be hidden.</summary>
    public bool Hides(DateTimeOffset? after, DateTimeOffset now) => HiddenUntil > now && !(after >= HiddenBefore);
}

/// <param name="Silo">Empty: the start of this record, before which anything may be hidden.</param>
/// <param name="Own">How far it had read.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.HorizonWord")]
public sealed record WatermarkReport([property: Id(0)] string Silo, [property: Id(1)] Watermark Own, [property: Id(2)] DateTimeOffset At);

/// <summary>The process stood still: it was stopped, or its machine slept. It received nothing while the clocks went on.</summary>
public sealed record Stall(DateTimeOffset WokeAt, TimeSpan Length);
