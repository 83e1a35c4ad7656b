namespace IoTOrleans.Testing.Http;

/// <summary>What a network, or the service behind it, does to one request.</summary>
/// <param name="Answer">Of <see cref="TroubleKind.Refuse"/>.</param>
/// <param name="Delay">Of <see cref="TroubleKind.SlowAnswer"/> and <see cref="TroubleKind.CutWhenIdle"/>.</param>
public sealed record Trouble(TroubleKind Kind, StubAnswer? Answer = null, TimeSpan Delay = default)
{
    public static Trouble None { get; } = new(TroubleKind.None);

    public static Trouble CutWhenIdle(TimeSpan after) => new(TroubleKind.CutWhenIdle, Delay: after);

    public static Trouble Refuse(StubAnswer answer) => new(TroubleKind.Refuse, answer);
}

public enum TroubleKind
{
    None,

    /// <summary>The connection breaks before the request gets anywhere.</summary>
    LoseRequest,

    /// <summary>The request is carried out; the connection breaks before the answer.</summary>
    LoseAnswer,

    /// <summary>Taken, and never answered.</summary>
    Hang,

    /// <summary>The request is carried out; the answer takes its time.</summary>
    SlowAnswer,

    /// <summary>The connection breaks, on both sides, if there is no answer by then.</summary>
    CutWhenIdle,

    /// <summary>Answered in the service's place.</summary>
    Refuse,
}
