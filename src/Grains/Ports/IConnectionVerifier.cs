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
    Task<VerifierAnswer> Ask(VerifierQuestion question, CancellationToken cancellationToken);
}

/// <param name="Clients">
/// The MQTT client IDs in the thing's lifecycle events; null in place of one that was too long to be stored. Empty: it has none of its own.
/// Null: nothing is known of the thing but its name.
/// </param>
public sealed record VerifierQuestion(string ThingName, IReadOnlyList<string?>? Clients = null);

/// <param name="ChangedAt">
/// When <c>connected</c> was last written there, or when the connection began or ended; required with Connected. Null with Disconnected: it
/// was too long ago.
/// </param>
/// <param name="Number">Shadow <c>version</c>; null: none.</param>
/// <param name="ShadowName">Null for the classic shadow and for other verifiers.</param>
/// <param name="Detail">What a person should read: the error, or what is missing.</param>
/// <param name="Clients">What was answered about each MQTT client; null: the answer is about the thing.</param>
/// <param name="AskedAt">The answer need not know of anything later. Required with Clients.</param>
/// <param name="LastHeard">Of a disconnected thing; null: not known.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.VerifierAnswer")]
public sealed record VerifierAnswer(
    [property: Id(0)] VerifierVerdict Verdict,
    [property: Id(1)] DateTimeOffset? ChangedAt = null,
    [property: Id(2)] long? Number = null,
    [property: Id(3)] string? ShadowName = null,
    [property: Id(4)] string? Detail = null,
    [property: Id(5)] IReadOnlyList<ClientAnswer>? Clients = null,
    [property: Id(6)] DateTimeOffset? AskedAt = null,
    [property: Id(7)] LastHeard? LastHeard = null)
{
    private static readonly VerifierVerdict[] Decisive =
        [VerifierVerdict.Connected, VerifierVerdict.Failed, VerifierVerdict.DoesNotKnow, VerifierVerdict.Disconnected];

    /// <summary>Connected if one client is, disconnected only if each of them is.</summary>
    /// <param name="clients">At least one.</param>
    public static VerifierAnswer OfClients(IReadOnlyList<ClientAnswer> clients, DateTimeOffset askedAt)
    {
        var verdict = Decisive.First(verdict => clients.Any(client => client.Verdict == verdict));
        var latest = clients.Where(client => client.Verdict == verdict).MaxBy(client => client.ChangedAt)!;
        return new(verdict, latest.ChangedAt, Detail: latest.Detail, Clients: clients, AskedAt: askedAt, LastHeard: latest.LastHeard);
    }
}

/// <param name="Client">As it was asked for.</param>
/// <param name="ChangedAt">When its connection began or ended, as in <see cref="VerifierAnswer"/>.</param>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ClientAnswer")]
public sealed record ClientAnswer(
    [property: Id(0)] string? Client,
    [property: Id(1)] VerifierVerdict Verdict,
    [property: Id(2)] DateTimeOffset? ChangedAt = null,
    [property: Id(3)] string? Detail = null,
    [property: Id(4)] LastHeard? LastHeard = null);

[GenerateSerializer, Alias("IoTOrleans.VerifierVerdict")]
public enum VerifierVerdict
{
    /// <summary>Not reached: time-out, throttled, server error. Worth asking again.</summary>
    Failed = 0,

    /// <summary>
    /// Reached, and it has no answer (no shadow, no <c>reported.connected</c>, no such client, access denied). Asking again is no use.
    /// </summary>
    DoesNotKnow = 1,

    Connected = 2,
    Disconnected = 3,
}
