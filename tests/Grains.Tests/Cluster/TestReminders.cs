using Orleans.Timers;

namespace IoTOrleans.Grains.Tests.Cluster;

/// <summary>
/// The reminder table and its service in one, for tests: due times, periods and ETags as in Orleans, ticks only when the test says so.
/// </summary>
internal sealed class TestReminders(TimeProvider time) : IReminderRegistry, IReminderTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<GrainId, Row> _rows = [];
    private int _etag;

    /// <summary>Called before an upsert is done; throwing loses it.</summary>
    public Action<GrainId>? BeforeUpsert { get; set; }

    public Action<GrainId>? BeforeRemove { get; set; }

    /// <summary>Called before a reminder is looked up.</summary>
    public Action<GrainId>? BeforeFind { get; set; }

    /// <summary>Rows that somebody has read from the table itself.</summary>
    public int RowsRead { get; private set; }

    public int Upserts { get; private set; }

    public int Removes { get; private set; }

    public int Reads { get; private set; }

    public bool Exists(GrainId grainId)
    {
        lock (_lock) return _rows.ContainsKey(grainId);
    }

    public DateTimeOffset? StartAt(GrainId grainId)
    {
        lock (_lock) return _rows.TryGetValue(grainId, out var row) ? row.StartAt : null;
    }

    public IReadOnlyList<GrainId> All
    {
        get
        {
            lock (_lock) return [.. _rows.Keys];
        }
    }

    /// <summary>The next tick of all; null without reminders.</summary>
    public DateTimeOffset? NextTick()
    {
        lock (_lock) return _rows.Count == 0 ? null : _rows.Values.Min(row => row.NextTick);
    }

    /// <summary>Takes those whose time has come; a missed tick is not made up for but by the next of its period.</summary>
    public IReadOnlyList<GrainId> TakeDue()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var due = _rows.Where(row => row.Value.NextTick <= now).Select(row => row.Key).ToList();
            foreach (var grainId in due)
            {
                var row = _rows[grainId];
                var next = row.NextTick;
                while (next <= now) next += row.Period;
                _rows[grainId] = row with { NextTick = next };
            }

            return due;
        }
    }

    public Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        BeforeUpsert?.Invoke(callingGrainId);
        lock (_lock)
        {
            Upserts++;
            var startAt = time.GetUtcNow() + dueTime;
            var row = new Row(
                reminderName, (++_etag).ToString(System.Globalization.CultureInfo.InvariantCulture), startAt, period, startAt);
            _rows[callingGrainId] = row;
            return Task.FromResult<IGrainReminder>(new Handle(row.Name, row.ETag));
        }
    }

    public Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        BeforeRemove?.Invoke(callingGrainId);
        lock (_lock)
        {
            if (_rows.TryGetValue(callingGrainId, out var row) && row.ETag != ((Handle)reminder).ETag)
                throw new Orleans.Runtime.ReminderException("ETag mismatch.");
            if (_rows.Remove(callingGrainId)) Removes++;
        }

        return Task.CompletedTask;
    }

    public Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName)
    {
        BeforeFind?.Invoke(callingGrainId);
        lock (_lock)
        {
            Reads++;
            return Task.FromResult<IGrainReminder?>(_rows.TryGetValue(callingGrainId, out var row) ? new Handle(row.Name, row.ETag) : null);
        }
    }

    public Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId)
    {
        lock (_lock)
        {
            return Task.FromResult(
                _rows.TryGetValue(callingGrainId, out var row) ? new List<IGrainReminder> { new Handle(row.Name, row.ETag) } : []);
        }
    }

    /// <summary>By hand, or lost with a table that was restored without it.</summary>
    public void Delete(GrainId grainId)
    {
        lock (_lock) _rows.Remove(grainId);
    }

    /// <summary>A write that came late, from a silo that had given up on it.</summary>
    public void Replace(GrainId grainId, DateTimeOffset startAt)
    {
        lock (_lock) _rows[grainId] = new(
            "presence", (++_etag).ToString(System.Globalization.CultureInfo.InvariantCulture), startAt, TimeSpan.FromMinutes(1), startAt);
    }

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        BeforeFind?.Invoke(grainId);
        lock (_lock)
        {
            RowsRead++;
            return Task.FromResult<ReminderEntry?>(_rows.TryGetValue(grainId, out var row)
                ? new ReminderEntry
                {
                    GrainId = grainId, ReminderName = row.Name, ETag = row.ETag, StartAt = row.StartAt.UtcDateTime, Period = row.Period,
                }
                : null);
        }
    }

    Task<ReminderTableData> IReminderTable.ReadRows(GrainId grainId) => throw new NotSupportedException();

    Task<ReminderTableData> IReminderTable.ReadRows(uint begin, uint end) => throw new NotSupportedException();

    Task<string?> IReminderTable.UpsertRow(ReminderEntry entry) => throw new NotSupportedException();

    Task<bool> IReminderTable.RemoveRow(GrainId grainId, string reminderName, string eTag) => throw new NotSupportedException();

    Task IReminderTable.TestOnlyClearTable() => throw new NotSupportedException();

    private sealed record Row(string Name, string ETag, DateTimeOffset StartAt, TimeSpan Period, DateTimeOffset NextTick);

    private sealed record Handle(string ReminderName, string ETag) : IGrainReminder;
}
