using System.Diagnostics;
using IoTOrleans.Grains.Devices;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>Asks verifiers on behalf of grains and brings the answers back. One lane per verifier, so that none delays another.</summary>
internal sealed class VerificationQueue(
    IGrainFactory grains, IEnumerable<IConnectionVerifier> verifiers, VerifierHealth health, ILogger<VerificationQueue> logger)
    : BackgroundService
{
    /// <summary>More at once than any account's shadow limit needs; the verifier keeps its own rate.</summary>
    internal const int Workers = 64;

    internal const int Capacity = 50_000;

    private readonly List<(IConnectionVerifier Verifier, Lane<Question> Lane)> _lanes = [.. verifiers.Select(verifier =>
        (verifier, new Lane<Question>(
            $"Verifier {verifier.Name}", Workers, Capacity, (question, token) => Ask(grains, health, verifier, question, token), logger)))];

    public int Pending => _lanes.Sum(lane => lane.Lane.Count);

    public void Ask(string thingName, string outageId, EventSource source, IReadOnlyList<string?>? clients) =>
        LaneOf(source)?.TryAdd(outageId, new Question(new(thingName, clients), outageId, Traces.Here));

    /// <param name="clients">As in <see cref="VerifierQuestion"/>.</param>
    public Task<VerifierAnswer> Look(string thingName, EventSource source, IReadOnlyList<string?>? clients = null)
    {
        var question = new Question(new(thingName, clients), null, Traces.Here, new(TaskCreationOptions.RunContinuationsAsynchronously));
        return LaneOf(source)?.TryAdd($"{thingName}\n{source}", question) == true
            ? question.Answer!.Task
            : Task.FromResult(new VerifierAnswer(VerifierVerdict.Failed, Detail: "There is no verifier, or too many questions wait."));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_lanes.Select(lane => lane.Lane.Run(stoppingToken)));

    private Lane<Question>? LaneOf(EventSource source) => _lanes.FirstOrDefault(lane => lane.Verifier.Covers(source)).Lane;

    private static async Task Ask(
        IGrainFactory grains, VerifierHealth health, IConnectionVerifier verifier, Question question, CancellationToken token)
    {
        VerifierAnswer answer;
        using var span = Traces.Verify(verifier.Name, question.About.ThingName, question.Trace);
        try
        {
            answer = await verifier.Ask(question.About, token);
        }
        catch (Exception exception) when (!token.IsCancellationRequested)
        {
            answer = new(VerifierVerdict.Failed, Detail: exception.Message);
        }

        span.Answered(answer);
        health.Answered(verifier.Name, answer);
        if (question is { OutageId: { } outageId })
            await grains.GetGrain<IDeviceAnswers>(question.About.ThingName).Verified(outageId, answer);
        else question.Answer!.TrySetResult(answer);
    }

    /// <param name="OutageId">Null: the answer goes to <paramref name="Answer"/>.</param>
    private sealed record Question(
        VerifierQuestion About, string? OutageId, ActivityContext Trace, TaskCompletionSource<VerifierAnswer>? Answer = null);
}
