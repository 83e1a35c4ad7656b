namespace IoTOrleans.Chaos.Fleet;

internal enum Feed
{
    /// <summary>Lifecycle events; there is no shadow, so that nobody can correct what the queue says.</summary>
    Lifecycle,

    /// <summary>Shadow documents; the shadow itself can be asked.</summary>
    Shadow,
}

/// <param name="Changes">What truly happens: connect, drop, connect …</param>
internal sealed record Thing(string Name, Feed Feed, IReadOnlyList<Change> Changes);

/// <param name="At">Since the run's begin.</param>
/// <param name="ReportedAgain">The device's shadow says "disconnected" once more, later in the same absence.</param>
internal sealed record Change(int Index, bool Connected, TimeSpan At, bool ReportedAgain = false);

/// <summary>What IoT Core puts into the queue about a change, once or twice, sooner or later.</summary>
/// <param name="Change">Which one it is about.</param>
/// <param name="Stamp">The time that it bears, since the run's begin.</param>
/// <param name="Body">Given the run's begin.</param>
internal sealed record Message(string Thing, int Change, TimeSpan SendAt, TimeSpan Stamp, Func<DateTimeOffset, string> Body);

internal sealed record ShadowWrite(string Thing, TimeSpan At, bool Connected, int Version);
