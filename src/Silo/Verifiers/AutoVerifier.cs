namespace IoTOrleans.Silo.Verifiers;

/// <summary>
/// The connection of things that are heard of by lifecycle events, the shadow of all others. Where AWS does not let us ask for connections,
/// the shadow of every thing.
/// </summary>
internal sealed partial class AutoVerifier(
    ConnectionVerifier connection, ShadowVerifier shadow, TimeProvider time, ILogger<AutoVerifier> logger) : IConnectionVerifier
{
    /// <summary>A new permission soon works, and one question in vain costs little.</summary>
    internal static readonly TimeSpan TryAgainAfter = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private long? _refusedAt;

    public string Name => $"{connection.Name} or {shadow.Name}";

    public bool Covers(EventSource source) => connection.Covers(source);

    public async Task<VerifierAnswer> Ask(VerifierQuestion question, CancellationToken cancellationToken)
    {
        // The events of this thing carry no client ID: they come from its shadow, or from somebody over HTTP.
        if (question.Clients is { Count: 0 } || !MayAskForConnection()) return await shadow.Ask(question, cancellationToken);

        var (answer, refusal) = await connection.Look(question, cancellationToken);
        if (refusal is null)
        {
            if (answer.Verdict is VerifierVerdict.Connected or VerifierVerdict.Disconnected) Allowed();

            // Nothing is known of this thing, not even where it is heard of.
            return question.Clients is null && answer.Verdict == VerifierVerdict.DoesNotKnow
                ? await shadow.Ask(question, cancellationToken)
                : answer;
        }

        if (Refused()) LogRefused(connection.Name, shadow.Name, TryAgainAfter.TotalMinutes, refusal.Remedy, refusal.Said);
        return await shadow.Ask(question, cancellationToken);
    }

    /// <summary>After a refusal one question each time tries whether it still holds.</summary>
    private bool MayAskForConnection()
    {
        lock (_lock)
        {
            if (_refusedAt is not { } at) return true;
            if (time.GetElapsedTime(at) < TryAgainAfter) return false;
            _refusedAt = time.GetTimestamp();
            return true;
        }
    }

    /// <returns>Whether it is the first refusal since the last answer.</returns>
    private bool Refused()
    {
        lock (_lock)
        {
            var first = _refusedAt is null;
            _refusedAt = time.GetTimestamp();
            return first;
        }
    }

    private void Allowed()
    {
        lock (_lock)
        {
            if (_refusedAt is null) return;
            _refusedAt = null;
        }

        LogAllowed(connection.Name);
    }

    [LoggerMessage(LogLevel.Warning, "{Connection} cannot be read, so {Shadow} is asked instead; the connection is tried again every "
        + "{Minutes} min: {Remedy}, or set Verify:With=shadow. AWS said: {Said}")]
    private partial void LogRefused(string connection, string shadow, double minutes, string remedy, string said);

    [LoggerMessage(LogLevel.Information, "{Connection} can be read now.")]
    private partial void LogAllowed(string connection);
}
