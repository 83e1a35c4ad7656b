using System.Globalization;

namespace IoTOrleans.Chaos.Lines;

/// <summary>A message's way from the queue into the service. Written under its own lock, read at any time.</summary>
internal sealed class Passage
{
    private readonly Lock sync = new();
    private readonly List<(DateTimeOffset At, bool Arrives)> handedOut = [];
    private DateTimeOffset? sentAt;
    private DateTimeOffset? storedAt;

    /// <summary>SQS's own stamp; null: nobody has received it so far.</summary>
    public DateTimeOffset? SentAt => Read(ref sentAt);

    /// <summary>A silo had it deleted: from here on the service knows.</summary>
    public DateTimeOffset? StoredAt => Read(ref storedAt);

    public DateTimeOffset? FirstHandedOut
    {
        get
        {
            lock (sync) return handedOut.Count > 0 ? handedOut[0].At : null;
        }
    }

    public void HandedOut(DateTimeOffset at, DateTimeOffset sent, bool arrives)
    {
        lock (sync)
        {
            sentAt = sent;
            handedOut.Add((at, arrives));
        }
    }

    public void Stored(DateTimeOffset at)
    {
        lock (sync) storedAt ??= at;
    }

    /// <summary>Where it was at that time.</summary>
    public string WhereAt(DateTimeOffset at)
    {
        lock (sync)
        {
            var before = handedOut.Where(time => time.At <= at).ToList();
            if (storedAt <= at) return "stored";
            if (before.Count == 0) return "waiting in the queue";
            return before[^1].Arrives ? $"handed out ({before.Count}) and not stored" : "lost with the answer to a receive";
        }
    }

    public override string ToString()
    {
        lock (sync) return $"sent {Time(sentAt)}, handed out "
            + $"{string.Join(' ', handedOut.Select(time => Time(time.At) + (time.Arrives ? "" : " (lost)")))}, stored {Time(storedAt)}";
    }

    private static string Time(DateTimeOffset? at) =>
        at is { } known ? known.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) : "never";

    private DateTimeOffset? Read(ref DateTimeOffset? value)
    {
        lock (sync) return value;
    }
}
