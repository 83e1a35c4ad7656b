using IoTOrleans.Aws;

namespace IoTOrleans.Silo.Verifiers;

/// <summary>
/// AWS IoT's own word about the connection of each MQTT client of a thing (GetConnection). It needs no shadow and no index, and it does not
/// come from the events that we were told.
/// </summary>
internal sealed class ConnectionVerifier(IotDataQuestions questions, TimeProvider time) : IConnectionVerifier
{
    /// <summary>AWS's limit.</summary>
    private const int LongestId = 128;

    public string Name => "AWS IoT connection";

    /// <summary>AWS does not know the things of the embedded broker.</summary>
    public bool Covers(EventSource source) => source != EventSource.Broker;

    public async Task<VerifierAnswer> Ask(VerifierQuestion question, CancellationToken cancellationToken)
    {
        var (answer, refusal) = await Look(question, cancellationToken);
        if (refusal is not null) questions.Warn(Name, refusal);
        return answer;
    }

    /// <returns>The refusal: AWS does not let us ask about at least one of the clients.</returns>
    public async Task<(VerifierAnswer Answer, IotDataRefusal? Refusal)> Look(VerifierQuestion question, CancellationToken cancellationToken)
    {
        // A thing's client is by custom called like the thing.
        IReadOnlyList<string?> clients = question.Clients is { Count: > 0 } known ? known : [question.ThingName];
        var askedAt = time.GetUtcNow();
        var looks = await Task.WhenAll(clients.Select(client => Look(client, cancellationToken)));
        return (
            VerifierAnswer.OfClients([.. looks.Select(look => look.Answer)], askedAt),
            looks.Select(look => look.Refusal).FirstOrDefault(refusal => refusal is not null));
    }

    private async Task<(ClientAnswer Answer, IotDataRefusal? Refusal)> Look(string? client, CancellationToken cancellationToken)
    {
        if (client is null) return DoesNotKnow("This client ID is too long to be stored, so nobody can ask about it.");
        if (!CanBeAskedFor(client)) return DoesNotKnow("AWS IoT cannot be asked about such a client ID.");

        var request = new GetConnectionRequest { ClientId = client };
        var reply = await questions.Ask(IotDataOperation.GetConnection, request, cancellationToken);
        return reply.Verdict is { } verdict
            ? (new(client, verdict, Detail: reply.Detail), reply.Refusal)
            : (ConnectionDocument.Read(client, reply.Document), null);

        (ClientAnswer, IotDataRefusal?) DoesNotKnow(string detail) =>
            (new(client, VerifierVerdict.DoesNotKnow, Detail: detail), null);
    }

    /// <summary>
    /// A part of a path that is one or two dots means another path, escaped or not. With <c>$</c> begin the names of AWS's own.
    /// </summary>
    private static bool CanBeAskedFor(string client) =>
        client is not ("" or "." or ".." or ['$', ..]) && client.EnumerateRunes().Count() <= LongestId;
}
