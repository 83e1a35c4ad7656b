using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Grains.Fleet;

/// <summary>Asks the fleet's grain once for all notifications of half a second.</summary>
internal sealed partial class FleetCount(
    IGrainFactory grains, FleetBoard board, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<FleetCount> logger)
    : IFleetCount
{
    /// <summary>A notification waits no longer. If the grain's silo is dead, Orleans would wait for 30 s.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// So long, one answer serves all. A question does not follow another sooner. With the report's 250 ms, a notification is still out within
    /// a second of its deadline.
    /// </summary>
    internal static readonly TimeSpan Shared = TimeSpan.FromMilliseconds(500);

    /// <summary>After a question in vain, no notification waits for so long: each wait would hold up thousands behind it.</summary>
    internal static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly LogLimiter _quiet = new(time);
    private Task<Answer>? _question;

    public long Mark => board.LastStamp;

    public async ValueTask<FleetNumbers?> Count(long mark, CancellationToken cancellationToken)
    {
        try
        {
            return await AnswerTo(mark).WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<FleetNumbers?> AnswerTo(long mark)
    {
        var answer = await Ask(mark);

        // That question was on its way already. The next one is not.
        if (answer.Mark < mark) answer = await Ask(mark);
        return answer.Numbers;
    }

    /// <summary>The question that is on its way, or its answer as long as that will do, or else the next question.</summary>
    private Task<Answer> Ask(long mark)
    {
        lock (_lock)
        {
            if (_question is null || _question.IsFaulted || _question.IsCanceled) return _question = AskNext(null);
            if (!_question.IsCompleted) return _question;
            var last = _question.Result;
            if (last.Mark < mark || time.GetElapsedTime(last.At) >= last.Lasts) _question = AskNext(last);
            return _question;
        }
    }

    private async Task<Answer> AskNext(Answer? last)
    {
        if (last is not null && Shared - time.GetElapsedTime(last.At) is { Ticks: > 0 } wait) await Task.Delay(wait, time);
        var (askedAt, mark) = (time.GetTimestamp(), board.LastStamp);
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            await board.Reported(mark, patience.Token);
            if (await grains.GetGrain<IFleetGrain>(0).Counts().WaitAsync(patience.Token) is { Complete: true } counts)
                return new(mark, new(counts.Offline, counts.Total), askedAt, Shared);
        }
        catch (Exception exception)
        {
            if (_quiet.ShouldLog())
                LogNotKnown(exception is OperationCanceledException ? $"No answer in {Patience.TotalSeconds:0} s." : exception.FirstLine());
        }

        return new(long.MaxValue, null, time.GetTimestamp(), Rest);
    }

    /// <param name="Mark">What was stored before this is counted in it.</param>
    /// <param name="At">Monotonic time from which it lasts.</param>
    private sealed record Answer(long Mark, FleetNumbers? Numbers, long At, TimeSpan Lasts);

    [LoggerMessage(LogLevel.Warning, "How many things are offline is not known now: the grain that counts the fleet does not answer. "
        + "Notifications go out without these numbers. {Error}")]
    private partial void LogNotKnown(string error);
}
