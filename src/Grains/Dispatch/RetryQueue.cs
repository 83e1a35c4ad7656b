using System.Threading.Channels;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>A grain to wake when a destination answers again. It knows by itself what it owes by then, if anything.</summary>
/// <param name="TryAgain">The same for all waiters of a kind, so that only a name is kept for each.</param>
/// <param name="Owes">Likewise: whether it still owes the destination anything, due now or later.</param>
internal readonly record struct Waiter(Func<string, Task> TryAgain, Func<string, Task<bool>> Owes, string Name);

/// <summary>
/// The grains on this silo that wait until one destination answers again. While it does not, one of them is woken every 15 s, in turn.
/// The first success wakes all, as fast as the destination's queue takes them. Kept in memory only: each also asks again at its own time.
/// </summary>
internal sealed partial class RetryQueue(
    string destination, SendGate gate, Action<DeliveryAnswer> answered, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>About 7 MB. Further waiters are found later by a walk through all things that are not well.</summary>
    internal const int Most = 50_000;

    private const int WokenAtOnce = 64;

    /// <summary>Between two attempts of the same waiter, even if others succeed meanwhile.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly Channel<(Waiter Who, long Since)> _line = Channel.CreateUnbounded<(Waiter, long)>();
    private readonly HashSet<Waiter> _known = [];
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Things may wait that are not in here: there was no room, or they waited in another process.</summary>
    private volatile bool _othersWait = true;

    private volatile bool _waking;

    public bool IsClosed => gate.IsClosed;

    /// <summary>For how long nothing is sent.</summary>
    public TimeSpan Rest => gate.UntilNext;

    /// <summary>A waiter is being woken, or is due to be woken.</summary>
    public bool IsDue => _waking
        || (gate.UntilNext == TimeSpan.Zero && _line.Reader.TryPeek(out var next) && time.GetElapsedTime(next.Since) >= Apart);

    /// <summary>Those on this silo that it may be owed something by. Unlike those in here, also who is refused.</summary>
    public Debtors Debtors { get; } = new(time);

    public DeliveryAnswer NotNow =>
        DeliveryAnswer.Failed("it does not answer: tried again as soon as it does") with { AskAgainIn = AskAgainIn };

    /// <returns>False: not now. The waiter is in here.</returns>
    public async Task<bool> Turn(Waiter? who, CancellationToken cancellationToken)
    {
        if (await gate.Turn(cancellationToken)) return true;
        if (who is { } waiter) Wait(waiter);
        return false;
    }

    /// <summary>One attempt. If it fails, the waiter is in here.</summary>
    public async Task<DeliveryAnswer> Try(
        Waiter? who, Func<CancellationToken, Task<DeliveryAnswer>> send, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var answer = await Attempt.Send(send, time, cancellationToken);
        if (answer.Outcome == DeliveryOutcome.Accepted && gate.IsInTrouble) LogAnswersAgain(destination, _line.Reader.Count);
        gate.Answered(answer);
        answered(answer);
        if (who is { } waiter)
        {
            if (answer.Outcome == DeliveryOutcome.Accepted) Debtors.Remove(waiter);
            else if (answer.Outcome == DeliveryOutcome.Refused) Debtors.Add(waiter);
            else Wait(waiter);
        }

        if (answer.Outcome != DeliveryOutcome.Failed) return answer;
        return gate.TookOthers(began) ? answer : answer with { AskAgainIn = AskAgainIn };
    }

    public void Wait(Waiter who)
    {
        Debtors.Add(who);
        lock (_lock)
        {
            if (_known.Count >= Most) _othersWait = true;
            else if (_known.Add(who)) _line.Writer.TryWrite((who, time.GetTimestamp()));
        }
    }

    /// <summary>Wakes waiters when they are due, until it is closed or the token ends it.</summary>
    /// <param name="isBusy">The notifications of those that were woken are not sent yet.</param>
    public async Task Run(Func<bool> isBusy, Func<CancellationToken, IAsyncEnumerable<Waiter>> others, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, cancellationToken);
        var search = Task.CompletedTask;
        try
        {
            while (await _line.Reader.WaitToReadAsync(either.Token))
            {
                var trial = gate.IsInTrouble;
                if (isBusy() || gate.UntilNext > TimeSpan.Zero || await WakeFirst(trial ? 1 : WokenAtOnce) == 0 || trial)
                    await Task.Delay(Glance, time, either.Token);
                if (!gate.IsInTrouble && _othersWait && search.IsCompleted) search = FindOthers(others, either.Token);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    public void Close() => _closing.Cancel();

    public void Dispose()
    {
        _closing.Dispose();
        gate.Dispose();
    }

    /// <summary>Few waiters ask every minute, many of them no more than ten a second together.</summary>
    private TimeSpan AskAgainIn => TimeSpan.FromSeconds(Math.Clamp(_line.Reader.Count / 10d, 60, Longest.TotalSeconds));

    private async Task<int> WakeFirst(int most)
    {
        var woken = new List<Waiter>();
        _waking = true;
        while (woken.Count < most && _line.Reader.TryPeek(out var next) && time.GetElapsedTime(next.Since) >= Apart
            && _line.Reader.TryRead(out next))
        {
            // Before it is woken, so that it can come in again if it fails.
            lock (_lock) _known.Remove(next.Who);
            woken.Add(next.Who);
        }

        await Task.WhenAll(woken.Select(Wake));
        _waking = false;
        return woken.Count;
    }

    private async Task Wake(Waiter who)
    {
        try
        {
            await who.TryAgain(who.Name);
        }
        catch (Exception exception)
        {
            LogNotWoken(exception, destination, who.Name);
            Wait(who);
        }
    }

    /// <summary>No faster than waiters are woken.</summary>
    private async Task FindOthers(Func<CancellationToken, IAsyncEnumerable<Waiter>> others, CancellationToken cancellationToken)
    {
        _othersWait = false;
        try
        {
            await foreach (var who in others(cancellationToken))
            {
                while (_line.Reader.Count >= Most / 2) await Task.Delay(Glance, time, cancellationToken);
                Wait(who);
            }
        }
        catch (Exception exception)
        {
            if (cancellationToken.IsCancellationRequested) return;
            LogNotWoken(exception, destination, "others");
            _othersWait = true;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Destination} answers again. {Waiting} that waited for that try again now")]
    private partial void LogAnswersAgain(string destination, int waiting);

    [LoggerMessage(LogLevel.Warning, "{Destination} answers again, but {Name} could not be woken. It is tried again soon")]
    private partial void LogNotWoken(Exception exception, string destination, string name);
}
