using System.Collections.Concurrent;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Cluster;

/// <summary>A destination that remembers what it accepted and answers as the test wants.</summary>
internal sealed class TestDestination(string name) : INotificationDestination
{
    private readonly ConcurrentQueue<(Notification Notification, DateTimeOffset At)> _accepted = new();
    private readonly ConcurrentQueue<FleetNotification> _incidents = new();
    private readonly ConcurrentQueue<DateTimeOffset> _attempts = new();
    private readonly ConcurrentQueue<(FleetSummary Summary, DateTimeOffset At)> _summaries = new();
    private readonly ConcurrentQueue<DateTimeOffset> _summaryAttempts = new();

    public string Name => name;

    public DestinationTerms Terms { get; set; } = DestinationTerms.Default;

    /// <summary>What it answers to incidents; default: accepted.</summary>
    public Func<FleetNotification, Task<DeliveryAnswer>>? AnswerToIncident { get; set; }

    public IReadOnlyList<FleetNotification> Incidents => [.. _incidents];

    /// <summary>What it answers to daily lists; default: accepted.</summary>
    public Func<FleetSummary, Task<DeliveryAnswer>>? AnswerToSummary { get; set; }

    public IReadOnlyList<(FleetSummary Summary, DateTimeOffset At)> Summaries => [.. _summaries];

    public IReadOnlyList<DateTimeOffset> SummaryAttempts => [.. _summaryAttempts];

    /// <summary>What it answers; default: accepted.</summary>
    public Func<Notification, Task<DeliveryAnswer>>? Answer { get; set; }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public IReadOnlyList<Notification> Accepted => [.. _accepted.Select(entry => entry.Notification)];

    public IReadOnlyList<DateTimeOffset> AcceptedAt => [.. _accepted.Select(entry => entry.At)];

    /// <summary>
    /// Counted from <paramref name="since"/>, so that what a busy machine sends late does not count against the second it falls into.
    /// </summary>
    public void ShouldHaveKeptTo(RateLimit rate, DateTimeOffset since) => AcceptedAt.Where(at => at >= since).Order().Index()
        .ShouldEachBe(one => one.Item - since >= rate.Period * (one.Index / rate.Count));

    public IReadOnlyList<string> Events => [.. Accepted.Select(n => n.Event.Name())];

    public int Attempts => _attempts.Count;

    /// <summary>Of incidents, too.</summary>
    public IReadOnlyList<DateTimeOffset> AttemptedAt => [.. _attempts.Order()];

    public async Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken)
    {
        _attempts.Enqueue(Time.GetUtcNow());
        var answer = Answer is null ? DeliveryAnswer.Accepted() : await Answer(notification);
        if (answer.Outcome == DeliveryOutcome.Accepted) _accepted.Enqueue((notification, Time.GetUtcNow()));
        return answer;
    }

    public async Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken)
    {
        _attempts.Enqueue(Time.GetUtcNow());
        var answer = AnswerToIncident is null ? DeliveryAnswer.Accepted() : await AnswerToIncident(notification);
        if (answer.Outcome == DeliveryOutcome.Accepted) _incidents.Enqueue(notification);
        return answer;
    }

    public async Task<DeliveryAnswer> Send(FleetSummary summary, CancellationToken cancellationToken)
    {
        _summaryAttempts.Enqueue(Time.GetUtcNow());
        var answer = AnswerToSummary is null ? DeliveryAnswer.Accepted() : await AnswerToSummary(summary);
        if (answer.Outcome == DeliveryOutcome.Accepted) _summaries.Enqueue((summary, Time.GetUtcNow()));
        return answer;
    }
}

internal sealed class TestVerifier : IConnectionVerifier
{
    private int _asked;

    public string Name => "test";

    public Func<VerifierQuestion, Task<VerifierAnswer>>? Answer { get; set; }

    public int Asked => _asked;

    public bool Covers(EventSource source) => source == EventSource.Queue && Answer is not null;

    public async Task<VerifierAnswer> Ask(VerifierQuestion question, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        return await Answer!(question);
    }
}

internal sealed class TestBroker : IBrokerClock
{
    public bool Expected { get; set; }

    public BrokerStart? Current { get; set; }
}
