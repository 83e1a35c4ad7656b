namespace IoTOrleans.Grains.Ports;

/// <summary>Somebody who can be asked whether a thing is connected right now.</summary>
public interface IConnectionVerifier
{
    /// <summary>For the start-up text and log lines: <c>Device Shadow</c>, <c>broker connection</c>.</summary>
    string Name { get; }

    /// <summary>Whether it knows things that were last heard of through this door.</summary>
    bool Covers(EventSource source);

    /// <summary>
    /// Looks, with whatever retries and limits fit the source; never throws but for cancellation. A source that could not be
    /// reached answers <see cref="VerifierVerdict.Failed"/>, one that was reached and does not know answers
    /// <see cref="VerifierVerdict.DoesNotKnow"/>.
    /// </summary>
    Task<VerifierAnswer> Ask(string thingName, CancellationToken cancellationToken);
}

/// <param name="ChangedAt">When the source's <c>connected</c> was last written; required with a verdict about the connection.</param>
/// <param name="Number">The source's own version (shadow <c>version</c>), if it has one.</param>
/// <param name="ShadowName">Name of a named shadow; null for the classic one or another source.</param>
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
