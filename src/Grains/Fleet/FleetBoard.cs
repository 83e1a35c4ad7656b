using System.Threading.Channels;

namespace IoTOrleans.Grains.Fleet;

/// <summary>
/// What the things on this silo have changed, until the fleet's grain has it. A thing that changes again before it is reported is reported
/// once. Noting never waits.
/// </summary>
/// <param name="limits">Null: those of this process.</param>
internal sealed class FleetBoard([FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, FleetLimits? limits = null)
{
    internal const int MostInBatch = 1000;

    /// <summary>Of one thing, the last ones. No more are shown of the whole fleet.</summary>
    internal const int MostReturns = TodayBook.MostBack;

    private readonly int _most = (limits ?? FleetLimits.OfThisProcess).Noted;
    private readonly Lock _lock = new();
    private readonly OrderedReports _waiting = new();

    private readonly Channel<bool> _noted = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private TaskCompletionSource _progress = NewSource();
    private FleetBatch? _batch;
    private long _lastStamp;
    private long _number;
    private long _acceptedAt;
    private bool _overflow;

    /// <summary>Of the last note. Each has a greater one.</summary>
    public long LastStamp
    {
        get
        {
            lock (_lock) return _lastStamp;
        }
    }

    /// <param name="status">Null: nothing is known of it any more.</param>
    /// <param name="before">As what it counted, by what was stored.</param>
    public void Note(string thingName, FleetClass before, DeviceStatus? status, ThingReturn? back = null)
    {
        var after = FleetRules.ClassOf(status?.Status);
        Add(new()
        {
            ThingName = thingName,
            CountsAs = after,
            Change = CountChange.Of(before, after),
            Moved = before != after,
            Status = status,
            Returns = back is null ? [] : [back],
        });
    }

    /// <summary>It is not known what a write has left behind.</summary>
    public void Doubt(string thingName, FleetClass before, FleetClass after) =>
        Add(new() { ThingName = thingName, CountsAs = before, Doubtful = true, Miscounted = before != after });

    /// <summary>Returns when something is noted that is not reported yet.</summary>
    /// <returns>False: nothing was noted for so long.</returns>
    public async Task<bool> Noted(TimeSpan patience, CancellationToken cancellationToken)
    {
        var isOver = false;
        await using var timer = time.CreateTimer(
            _ =>
            {
                isOver = true;
                _noted.Writer.TryWrite(true);
            }, null, patience, Timeout.InfiniteTimeSpan);
        await _noted.Reader.ReadAsync(cancellationToken);
        return !isOver;
    }

    /// <summary>Returns when everything up to this stamp is reported.</summary>
    public async Task Reported(long stamp, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task progress;
            lock (_lock)
            {
                if (FirstUnreported > stamp) return;
                progress = _progress.Task;
            }

            await progress.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The same batch until it is done.</summary>
    /// <param name="greets">Also without reports.</param>
    /// <returns>Null: there is nothing to report.</returns>
    public FleetBatch? Next(string silo, bool greets = false, bool leaves = false)
    {
        lock (_lock)
        {
            if (_batch is null && !_overflow && _waiting.Count == 0 && !greets) return null;
            _batch ??= new()
            {
                Silo = silo,
                Number = ++_number,
                Overflow = _overflow,
                Reports = _overflow ? [] : _waiting.Take(MostInBatch),
                Leaving = leaves && _waiting.Count == 0,
            };
            if (_batch.Overflow) _overflow = false;
            return _batch with { SentAt = time.GetUtcNow().UtcTicks, AcceptedAt = _acceptedAt };
        }
    }

    public void Done(long number)
    {
        lock (_lock)
        {
            if (_batch?.Number != number) return;
            (_batch, _acceptedAt) = (null, time.GetUtcNow().UtcTicks);
            _progress.SetResult();
            _progress = NewSource();
        }
    }

    /// <summary>Those of a batch are older than those that wait. Which ones did not fit is not known.</summary>
    private long FirstUnreported => _overflow || _batch is { Overflow: true } ? long.MinValue
        : _batch?.Reports is [var first, ..] ? first.FirstStamp : _waiting.FirstStamp;

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Add(FleetReport report)
    {
        lock (_lock)
        {
            _lastStamp = Math.Max(_lastStamp + 1, time.GetUtcNow().UtcTicks);
            report = report with { Stamp = _lastStamp, FirstStamp = _lastStamp };
            if (_waiting.Find(report.ThingName) is { } before)
            {
                _waiting.Put(report with
                {
                    FirstStamp = before.FirstStamp,
                    Change = before.Change + report.Change,
                    Moved = before.Moved || report.Moved,
                    Miscounted = before.Miscounted || report.Miscounted,
                    Returns = report.Returns.Count == 0 ? before.Returns
                        : [.. before.Returns.Concat(report.Returns).TakeLast(MostReturns)],
                });
            }
            else if (_waiting.Count < _most) _waiting.Put(report);
            else
            {
                // All of them are read from storage then.
                _waiting.Clear();
                _overflow = true;
            }
        }

        _noted.Writer.TryWrite(true);
    }

    /// <summary>By thing, in the order in which they were first noted.</summary>
    private sealed class OrderedReports
    {
        private readonly Dictionary<string, FleetReport> _reports = new(StringComparer.Ordinal);
        private readonly Queue<string> _names = new();

        public int Count => _reports.Count;

        public long FirstStamp => _names.TryPeek(out var name) ? _reports[name].FirstStamp : long.MaxValue;

        public FleetReport? Find(string thingName) => _reports.GetValueOrDefault(thingName);

        public void Put(FleetReport report)
        {
            if (!_reports.ContainsKey(report.ThingName)) _names.Enqueue(report.ThingName);
            _reports[report.ThingName] = report;
        }

        public void Clear()
        {
            _reports.Clear();
            _names.Clear();
        }

        public FleetReport[] Take(int most)
        {
            var taken = new FleetReport[Math.Min(most, Count)];
            for (var i = 0; i < taken.Length; i++) _reports.Remove(_names.Dequeue(), out taken[i]!);
            return taken;
        }
    }
}
