using System.Globalization;

namespace IoTOrleans.Chaos.Lines;

/// <summary>A message's way from the queue into the service. Written under its own lock, read at any time.</summary>
internal sealed class Passage
{
    private readonly Lock _sync = new();
    private readonly List<(DateTimeOffset At, bool Arrives)> _handedOut = [];
    private DateTimeOffset? _sentAt;
    private DateTimeOffset? _storedAt;

    /// <summary>SQS's own stamp; null: nobody has received it so far.</summary>
    public DateTimeOffset? SentAt => Read(ref _sentAt);

    /// <summary>A silo had it deleted: from here on the service knows.</summary>
    public DateTimeOffset? StoredAt => Read(ref _storedAt);

    public DateTimeOffset? FirstHandedOut
    {
        get
        {
            lock (_sync) return _handedOut.Count > 0 ? _handedOut[0].At : null;
        }
    }

    public void HandedOut(DateTimeOffset at, DateTimeOffset sent, bool arrives)
    {
        lock (_sync)
        {
            _sentAt = sent;
            _handedOut.Add((at, arrives));
        }
    }

    public void Stored(DateTimeOffset at)
    {
        lock (_sync) _storedAt ??= at;
    }

    /// <summary>Where it was at that time.</summary>
    public string WhereAt(DateTimeOffset at)
    {
        lock (_sync)
        {
            var before = _handedOut.Where(time => time.At <= at).ToList();
            if (_storedAt <= at) return "stored";
            if (before.Count == 0) return "waiting in the queue";
            return before[^1].Arrives ? $"handed out ({before.Count}) and not stored" : "lost with the answer to a receive";
        }
    }

    public override string ToString()
    {
        lock (_sync) return $"sent {Time(_sentAt)}, handed out "
            + $"{string.Join(' ', _handedOut.Select(time => Time(time.At) + (time.Arrives ? "" : " (lost)")))}, stored {Time(_storedAt)}";
    }

    private static string Time(DateTimeOffset? at) =>
        at is { } known ? known.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) : "never";

    private DateTimeOffset? Read(ref DateTimeOffset? value)
    {
        lock (_sync) return value;
    }
}
