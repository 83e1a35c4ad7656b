using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>Asks verifiers on behalf of grains and brings the answers back. One lane per verifier: a slow shadow holds up no broker.</summary>
internal sealed class VerificationQueue : BackgroundService
{
    /// <summary>More looks at once than any account's shadow limit needs; the verifier keeps its own rate.</summary>
    internal const int Workers = 64;

    internal const int Capacity = 50_000;

    private readonly IGrainFactory _grains;
    private readonly List<(IConnectionVerifier Verifier, Lane<Question> Lane)> _lanes;

    public VerificationQueue(IGrainFactory grains, IEnumerable<IConnectionVerifier> verifiers, ILogger<VerificationQueue> logger)
    {
        _grains = grains;
        _lanes = [.. verifiers.Select(verifier =>
            (verifier, new Lane<Question>($"Verifier {verifier.Name}", Workers, Capacity, (question, token) => Ask(verifier, question, token), logger)))];
    }

    /// <summary>How many questions wait or are under way.</summary>
    public int Pending => _lanes.Sum(lane => lane.Lane.Count);

    public void Ask(string thingName, string outageId, EventSource source)
    {
        var lane = _lanes.FirstOrDefault(lane => lane.Verifier.Covers(source)).Lane;
        lane?.TryAdd(outageId, new Question(thingName, outageId));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_lanes.Select(lane => lane.Lane.Run(stoppingToken)));

    private async Task Ask(IConnectionVerifier verifier, Question question, CancellationToken cancellationToken)
    {
        var answer = await Try(verifier, question.ThingName, cancellationToken);
        await _grains.GetGrain<IDeviceAnswers>(question.ThingName).Verified(question.OutageId, answer);
    }

    private static async Task<VerifierAnswer> Try(IConnectionVerifier verifier, string thingName, CancellationToken cancellationToken)
    {
        try
        {
            return await verifier.Ask(thingName, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new VerifierAnswer(VerifierVerdict.Failed, Detail: exception.Message);
        }
    }

    private sealed record Question(string ThingName, string OutageId);
}
