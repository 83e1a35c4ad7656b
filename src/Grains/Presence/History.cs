using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Grains.Presence;

/// <summary>What happened to the thing and why, and how long its outages last.</summary>
internal static class History
{
    /// <summary>For history and "why": enough for two outages from disconnect to recovery.</summary>
    internal const int RingSize = 8;

    /// <summary>In UTF-8: a name must leave room for the rest of the history.</summary>
    internal const int MostPersonBytes = 48;

    /// <summary>A notification that is accepted later than this gets an entry of its own.</summary>
    internal static readonly TimeSpan SameTime = TimeSpan.FromMinutes(1);

    public static DeviceState Add(DeviceState state, PresenceReason reason, DateTimeOffset at) =>
        Add(state, new(at.ToUnixTimeSeconds(), reason), "");

    /// <summary>If this was the last entry already, only its time moves.</summary>
    public static DeviceState AddOnce(DeviceState state, PresenceReason reason, DateTimeOffset at) =>
        state.Ring.Count > 0 && state.Ring[^1].Reason == reason
            ? state with { Ring = [.. state.Ring.SkipLast(1), new(at.ToUnixTimeSeconds(), reason)] }
            : state.Ring.Count > 1 && state.Ring[^2].Reason == reason ? state : Add(state, reason, at);

    /// <summary>A destination accepted a notification, or was given up. One entry for all destinations of the same time.</summary>
    /// <param name="saidBy">The entry with which the notification went out; null: it has none.</param>
    public static DeviceState Heard(
        DeviceState state, PresenceReason reason, NotificationEvent word, string destination, DateTimeOffset now, RingEntry? saidBy = null)
    {
        if (reason == PresenceReason.Delivered && saidBy is { } said && IsOfThatTime(said, now))
        {
            if (LastOf(state, index => state.Ring[index] == said) is { } known) return Joined(state, known, destination);
            if (said.Reason == PresenceReason.HoldHeld) return Add(state, said, destination);
        }

        return LastOf(state, index => state.Ring[index] is var entry && entry.Reason == reason && IsOfThatTime(entry, now)
            && WordAt(state, index) == word) is { } same
            ? Joined(state, same, destination) : Add(state, new(now.ToUnixTimeSeconds(), reason), $"{(int)word}:{destination}");
    }

    /// <summary>People cause these, so the text of such an entry names who.</summary>
    public static bool IsByPerson(PresenceReason reason) => reason
        is PresenceReason.PolicySet or PresenceReason.MuteSet or PresenceReason.MuteRemoved
        or PresenceReason.ImportedConnected or PresenceReason.ImportedDisconnected or PresenceReason.ImportedUnknown;

    /// <summary>Writes the person's name, shortened if it is long, into the last entry.</summary>
    public static DeviceState By(DeviceState state, string person)
    {
        List<string> texts = state.Heard.Count == 0 ? [""] : [.. state.Heard];
        texts[^1] = Characters.Fit(person, MostPersonBytes);
        return state with { Heard = texts };
    }

    /// <summary>Who caused an entry; null: nobody, or it is not known.</summary>
    public static string? ByAt(DeviceState state, int index) =>
        IsByPerson(state.Ring[index].Reason) && TextAt(state, index) is { Length: > 0 } person ? person : null;

    /// <summary>The notification that an entry is about; null: none, or one that only a newer version knows.</summary>
    public static NotificationEvent? WordAt(DeviceState state, int index)
    {
        if (IsByPerson(state.Ring[index].Reason)) return null;
        var text = TextAt(state, index);
        if (text.IndexOf(':') is not (var colon and > 0)) return ReasonTexts.WordOf(state.Ring[index].Reason);
        return Enum.TryParse<NotificationEvent>(text[..colon], out var word) && Enum.IsDefined(word) ? word : null;
    }

    /// <summary>The destinations that accepted it or, in an entry about giving up, those that were given up.</summary>
    public static IReadOnlyList<string> HeardAt(DeviceState state, int index) => IsByPerson(state.Ring[index].Reason) ? []
        : TextAt(state, index).Split(':')[^1].Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Without its oldest entry.</summary>
    public static DeviceState Shorter(DeviceState state) =>
        state with { Ring = [.. state.Ring.Skip(1)], Heard = [.. state.Heard.TakeLast(Math.Max(0, state.Ring.Count - 1))] };

    /// <summary>Counts an outage in its log₂ bucket.</summary>
    public static IReadOnlyList<int> Count(IReadOnlyList<int> durations, TimeSpan duration)
    {
        var bucket = duration.TotalSeconds < 2 ? 0 : (int)Math.Log2(duration.TotalSeconds);
        var counts = new int[Math.Max(durations.Count, bucket + 1)];
        for (var i = 0; i < durations.Count; i++) counts[i] = durations[i];
        counts[bucket]++;
        return counts;
    }

    private static DeviceState Add(DeviceState state, RingEntry entry, string heard) => state with
    {
        Ring = [.. state.Ring.TakeLast(RingSize - 1), entry],
        Heard = state.Heard.Count == 0 && heard.Length == 0 ? [] : [.. state.Heard.TakeLast(RingSize - 1), heard],
    };

    private static DeviceState Joined(DeviceState state, int index, string destination)
    {
        if (HeardAt(state, index).Contains(destination)) return state;
        var texts = Enumerable.Range(0, state.Ring.Count).Select(each => TextAt(state, each)).ToList();
        texts[index] = texts[index].Length == 0 ? destination : $"{texts[index]},{destination}";
        return state with { Heard = [.. texts.SkipWhile(text => text.Length == 0)] };
    }

    private static string TextAt(DeviceState state, int index)
    {
        var there = index - state.Ring.Count + state.Heard.Count;
        return there < 0 ? "" : state.Heard[there];
    }

    private static bool IsOfThatTime(RingEntry entry, DateTimeOffset now) => now.ToUnixTimeSeconds() - entry.At <= SameTime.TotalSeconds;

    private static int? LastOf(DeviceState state, Func<int, bool> which)
    {
        for (var index = state.Ring.Count - 1; index >= 0; index--)
        {
            if (which(index)) return index;
        }

        return null;
    }
}
