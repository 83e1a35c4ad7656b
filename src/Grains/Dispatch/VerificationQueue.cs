using IoTOrleans.Grains.Devices;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>
/// Asks verifiers on behalf of grains and brings the answers back. One lane per verifier: a slow shadow holds up no broker.
/// </summary>
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
            (verifier, new Lane<Question>(
                $"Verifier {verifier.Name}", Workers, Capacity, (question, token) => Ask(verifier, question, token), logger)))];
    }

    /// <summary>How many questions wait or are under way.</summary>
    public int Pending => _lanes.Sum(lane => lane.Lane.Count);

    public void Ask(string thingName, string outageId, EventSource source)
    {
        var lane = _lanes.FirstOrDefault(lane => lane.Verifier.Covers(source)).Lane;
        lane?.TryAdd(outageId, new Question(thingName, outageId));
    }

    /// <summary>Asks in its turn, for somebody who waits for the answer.</summary>
    public Task<VerifierAnswer> Look(string thingName, EventSource source)
    {
        var question = new Question(thingName, null, new(TaskCreationOptions.RunContinuationsAsynchronously));
        var lane = _lanes.FirstOrDefault(lane => lane.Verifier.Covers(source)).Lane;
        return lane?.TryAdd($"{thingName}\n{source}", question) == true
            ? question.Answer!.Task
            : Task.FromResult(new VerifierAnswer(VerifierVerdict.Failed, Detail: "Nobody to ask, or too many questions."));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_lanes.Select(lane => lane.Lane.Run(stoppingToken)));

    private async Task Ask(IConnectionVerifier verifier, Question question, CancellationToken cancellationToken)
    {
        var answer = await Try(verifier, question.ThingName, cancellationToken);
        if (question is { OutageId: { } outageId }) await _grains.GetGrain<IDeviceAnswers>(question.ThingName).Verified(outageId, answer);
        else question.Answer!.TrySetResult(answer);
    }

    private static async Task<VerifierAnswer> Try(IConnectionVerifier verifier, string thingName, CancellationToken cancellationToken)
    {
        try
        {
            return await verifier.Ask(thingName, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new VerifierAnswer(VerifierVerdict.Failed, Detail: exception.Message);
        }
    }

    /// <param name="OutageId">Null: somebody waits for the answer.</param>
    private sealed record Question(string ThingName, string? OutageId, TaskCompletionSource<VerifierAnswer>? Answer = null);
}
