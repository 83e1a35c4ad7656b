using System.Text.RegularExpressions;
using IoTOrleans.Aws;

namespace IoTOrleans.Silo.Verifiers;

internal sealed partial class ShadowVerifier(AwsVerifierOptions options, IotDataQuestions questions) : IConnectionVerifier
{
    private readonly string? _shadowName = AwsVerifierServices.ShadowNameOf(options);

    public string Name => _shadowName is null ? "Device Shadow" : $"Device Shadow {_shadowName}";

    /// <summary>AWS does not know the things of the embedded broker.</summary>
    public bool Covers(EventSource source) => source != EventSource.Broker;

    public async Task<VerifierAnswer> Ask(VerifierQuestion question, CancellationToken cancellationToken)
    {
        // Such a name must not get into the path of a request.
        if (!ThingName().IsMatch(question.ThingName))
            return Answer(VerifierVerdict.DoesNotKnow, "No thing of AWS IoT can have this name.");

        var request = new GetThingShadowRequest { ThingName = question.ThingName, ShadowName = _shadowName };
        var reply = await questions.Ask(IotDataOperation.GetThingShadow, request, cancellationToken);
        if (reply.Refusal is { } refusal) questions.Warn(Name, refusal);
        return reply.Verdict is { } verdict ? Answer(verdict, reply.Detail) : ShadowDocument.Read(reply.Document, _shadowName);
    }

    private VerifierAnswer Answer(VerifierVerdict verdict, string? detail) => new(verdict, ShadowName: _shadowName, Detail: detail);

    [GeneratedRegex(@"\A[a-zA-Z0-9:_-]{1,128}\z")]
    private static partial Regex ThingName();
}
