using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>
/// Asks a destination's dispatcher: one call at a time, for all that have come meanwhile. If the dispatcher has failed for long, it is not
/// needed: a state that cannot be read or written must not silence a destination for ever.
/// </summary>
internal sealed partial class DispatcherClient(
    IGrainFactory grains, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<DispatcherClient> logger)
{
    /// <summary>Longer than the loss of a silo takes.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Between two sends without a dispatcher: ten silos, which do not know of each other, keep within two a second.</summary>
    internal static readonly TimeSpan Alone = TimeSpan.FromSeconds(5);

    /// <summary>A thousand members of an incident take the dispatcher some milliseconds.</summary>
    internal const int MostAtOnce = 1000;

    private readonly ConcurrentDictionary<string, Trouble> _troubles = new();
    private readonly ConcurrentDictionary<string, Counter> _counters = new();

    /// <param name="stale">The notification was read a while ago and may not be owed any more.</param>
    public async Task<Admission> Ask(INotificationDestination destination, Notification notification, bool stale)
    {
        if (destination.Terms is { Collapse: false, RateLimit: null }) return stale ? Admission.LookFirst : Admission.Go(TimeSpan.Zero);
        try
        {
            var counter = _counters.GetOrAdd(destination.Name, name => new Counter(grains.GetGrain<IDispatcherGrain>(name)));
            var admission = await counter.Ask(Member.Of(notification, destination.Terms, stale));
            _troubles.TryRemove(destination.Name, out _);
            return admission;
        }
        catch (Exception exception)
        {
            var trouble = _troubles.GetOrAdd(destination.Name, _ => new Trouble(time));
            if (trouble.Log.ShouldLog()) LogFailing(exception, destination.Name);
            return time.GetElapsedTime(trouble.Since) < Patience ? Admission.Later : Admission.Go(trouble.NextTurn());
        }
    }

    private sealed class Counter(IDispatcherGrain dispatcher)
    {
        private readonly ConcurrentQueue<(Member Member, TaskCompletionSource<Admission> Answer)> _waiting = new();
        private int _calling;

        public Task<Admission> Ask(Member member)
        {
            var answer = new TaskCompletionSource<Admission>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((member, answer));
            if (Interlocked.CompareExchange(ref _calling, 1, 0) == 0) _ = Call();
            return answer.Task;
        }

        private async Task Call()
        {
            do
            {
                while (Take() is { Count: > 0 } asked) await Call(asked);
                Volatile.Write(ref _calling, 0);
            }
            while (!_waiting.IsEmpty && Interlocked.CompareExchange(ref _calling, 1, 0) == 0);
        }

        private List<(Member Member, TaskCompletionSource<Admission> Answer)> Take()
        {
            var asked = new List<(Member Member, TaskCompletionSource<Admission> Answer)>();
            while (asked.Count < MostAtOnce && _waiting.TryDequeue(out var next)) asked.Add(next);
            return asked;
        }

        private async Task Call(List<(Member Member, TaskCompletionSource<Admission> Answer)> asked)
        {
            try
            {
                var admissions = await dispatcher.AdmitAll(asked.Select(one => one.Member).ToArray());
                foreach (var (one, admission) in asked.Zip(admissions)) one.Answer.SetResult(admission);
            }
            catch (Exception exception)
            {
                foreach (var one in asked) one.Answer.SetException(exception);
            }
        }
    }

    private sealed class Trouble(TimeProvider time)
    {
        private readonly Lock _lock = new();
        private DateTimeOffset _next;

        public LogLimiter Log { get; } = new(time);

        public long Since { get; } = time.GetTimestamp();

        public TimeSpan NextTurn()
        {
            lock (_lock)
            {
                var now = time.GetUtcNow();
                var turn = Later(_next, now);
                _next = turn + Alone;
                return turn - now;
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "{Destination}: its dispatcher does not work. Nothing is lost: things ask again every minute. "
        + "After five minutes their notifications are sent one by one, every 5 s from each silo. Look at the grain storage")]
    private partial void LogFailing(Exception exception, string destination);
}
