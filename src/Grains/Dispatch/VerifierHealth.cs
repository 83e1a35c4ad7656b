namespace IoTOrleans.Grains.Dispatch;

/// <summary>
/// Notices a verifier that never says whether a thing is connected. Each outage is then notified as unanswered, and without this nobody
/// would learn that something is set up wrong.
/// </summary>
internal sealed partial class VerifierHealth(
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<VerifierHealth> logger) : IVerifierHealth
{
    /// <summary>Fewer may be about the same few things, whose shadows or clients are missing.</summary>
    internal const int Enough = 20;

    /// <summary>A shorter time may be a restart, there or here.</summary>
    internal static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Record> _records = [];

    public IReadOnlyDictionary<string, UnansweredQuestions> Silent
    {
        get
        {
            lock (_lock)
            {
                return _records.Where(pair => pair.Value.IsSilent)
                    .ToDictionary(pair => pair.Key, pair => new UnansweredQuestions(pair.Value.Unanswered, pair.Value.Since));
            }
        }
    }

    public void Answered(string verifier, VerifierAnswer answer)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (!_records.TryGetValue(verifier, out var record)) _records[verifier] = record = new(now);
            if (record.Answers) return;
            if (answer.Verdict is VerifierVerdict.Connected or VerifierVerdict.Disconnected)
            {
                if (record.IsSilent) LogAnswers(verifier);
                (record.Answers, record.IsSilent) = (true, false);
                return;
            }

            record.Unanswered++;
            if (record.IsSilent || record.Unanswered < Enough || now - record.Since < LongEnough) return;
            record.IsSilent = true;
            LogSilent(verifier, record.Unanswered, record.Since, answer.Detail ?? "nothing");
        }
    }

    private sealed class Record(DateTimeOffset since)
    {
        public DateTimeOffset Since { get; } = since;

        public int Unanswered { get; set; }

        public bool Answers { get; set; }

        public bool IsSilent { get; set; }
    }

    [LoggerMessage(LogLevel.Warning, "{Verifier} has answered none of {Count} questions since {Since:O}, so outages are notified as "
        + "unanswered. The last time it said: {Said} Look at Verify:With, at the region and at the permissions; see docs/verification.md.")]
    private partial void LogSilent(string verifier, int count, DateTimeOffset since, string said);

    [LoggerMessage(LogLevel.Information, "{Verifier} answers now.")]
    private partial void LogAnswers(string verifier);
}
