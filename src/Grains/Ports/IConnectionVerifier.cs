namespace IoTOrleans.Grains.Ports;

public interface IConnectionVerifier
{
    /// <summary>For the start-up text and log lines: <c>Device Shadow</c>, <c>broker connection</c>.</summary>
    string Name { get; }

    /// <summary>It knows things whose last event came from this source.</summary>
    bool Covers(EventSource source);

    /// <summary>
    /// Asks with its own retries and limits; throws only when it is cancelled. <see cref="VerifierVerdict.Failed"/> means not reached,
    /// <see cref="VerifierVerdict.DoesNotKnow"/> reached and not known.
    /// </summary>
    Task<VerifierAnswer> Ask(string thingName, CancellationToken cancellationToken);
}

/// <param name="ChangedAt">When <c>connected</c> was last written there; required with Connected and Disconnected.</param>
/// <param name="Number">Shadow <c>version</c>; null: none.</param>
/// <param name="ShadowName">Null for the classic shadow and for other verifiers.</param>
/// <param name="Detail">What a person should read: the error, or what is missing.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.VerifierAnswer")]
public sealed record VerifierAnswer(
    [property: Id(0)] VerifierVerdict Verdict,
    [property: Id(1)] DateTimeOffset? ChangedAt = null,
    [property: Id(2)] long? Number = null,
    [property: Id(3)] string? ShadowName = null,
    [property: Id(4)] string? Detail = null);

[GenerateSerializer, Alias("IoTOrleans.VerifierVerdict")]
public enum VerifierVerdict
{
    /// <summary>Not reached: time-out, throttled, server error. Worth asking again.</summary>
    Failed = 0,

    /// <summary>Reached, and it has no answer (no shadow, no <c>reported.connected</c>, access denied). Asking again is no use.</summary>
    DoesNotKnow = 1,

    Connected = 2,
    Disconnected = 3,
}
