namespace IoTOrleans.Grains.Ports;

/// <summary>Knows what this silo may not know yet, and so must not judge by.</summary>
public interface IIngestProgress
{
    IngestProgress Current { get; }
}

/// <param name="Queue">How far the queue has been read; null: none is consumed.</param>
/// <param name="Stall">The last time that this process stood still; null: it has not.</param>
public sealed record IngestProgress(Watermark? Queue = null, Stall? Stall = null)
{
    public static IngestProgress None { get; } = new();
}

/// <summary>How far a queue has been read.</summary>
/// <param name="SeenUntil">What the queue had taken by then is stored, all of it; null: not known.</param>
/// <param name="HiddenBefore">
/// Of what the queue had taken by then, something may be hidden from everybody: handed out to a silo that died, or in an answer that got
/// lost.
/// </param>
/// <param name="HiddenUntil">By then it has come again.</param>
/// <param name="Reports">What each silo said last, for whoever has to know it next; null: nobody has asked.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Horizon")]
public sealed record Watermark(
    [property: Id(0)] DateTimeOffset? SeenUntil, [property: Id(1)] DateTimeOffset? HiddenBefore = null,
    [property: Id(2)] DateTimeOffset? HiddenUntil = null,
    [property: Id(3)] IReadOnlyList<WatermarkReport>? Reports = null)
{
    public static Watermark Unknown { get; } = new((DateTimeOffset?)null);

    /// <summary>Whether something may be hidden that was sent after a time.</summary>
    public bool Hides(DateTimeOffset? after, DateTimeOffset now) => HiddenUntil > now && !(after >= HiddenBefore);
}

/// <param name="Silo">Who reported; empty: the start of this record, before which anything may be hidden.</param>
/// <param name="Own">How far it had read.</param>
/// <param name="At">When it said so.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.HorizonWord")]
public sealed record WatermarkReport([property: Id(0)] string Silo, [property: Id(1)] Watermark Own, [property: Id(2)] DateTimeOffset At);

/// <summary>The process stood still: it was stopped, or its machine slept. Nothing was heard meanwhile, and the clocks went on.</summary>
/// <param name="WokeAt">When it went on.</param>
/// <param name="Length">For how long it had stood still.</param>
public sealed record Stall(DateTimeOffset WokeAt, TimeSpan Length);
