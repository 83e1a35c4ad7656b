namespace IoTOrleans.Notifications;

/// <summary>One message, rendered: all that a destination may need of it.</summary>
/// <param name="subject">As <see cref="ShortSubject"/>.</param>
internal sealed class OutgoingMessage(Func<int, bool?, string> subject, Func<OutgoingMessage, string> json)
{
    public required MessageKind Kind { get; init; }

    /// <summary>The name on the wire, like <c>device.offline</c>.</summary>
    public required string Event { get; init; }

    /// <summary>Names the message over all repeats.</summary>
    public required string Key { get; init; }

    /// <summary>The same in all messages about one outage or one incident; of a daily list its own.</summary>
    public required string ThreadKey { get; init; }

    /// <summary>The <see cref="Key"/> of the message that begins the thread.</summary>
    public required string FirstKey { get; init; }

    /// <summary>Null: the message is not about one thing.</summary>
    public string? ThingName { get; init; }

    /// <summary>Who the message is about, printable: the thing, or else the cluster.</summary>
    public required string About { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>It ends what an earlier message of the same thread began: services that keep alerts close theirs.</summary>
    public bool IsEnd { get; init; }

    /// <summary>It is an end, and nobody was told the beginning: services that keep alerts have to open one before they close it.</summary>
    public bool IsAlsoStart { get; init; }

    /// <summary>A person asked for this sample.</summary>
    public bool IsTest { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was worth a message.</summary>
    public required DateTimeOffset DetectedAt { get; init; }

    /// <summary>Null: it has not ended, or nobody knows when.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>For how long a return has to last before it is told.</summary>
    public TimeSpan RecoveryHold { get; init; }

    public string? DisconnectReason { get; init; }

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Null without <c>ExternalUrl</c>.</summary>
    public required string? Link { get; init; }

    /// <summary>Who speaks.</summary>
    public required string Cluster { get; init; }

    public required string? Region { get; init; }

    /// <summary>One line, as long as it needs to be.</summary>
    public string Subject => ShortSubject(int.MaxValue);

    /// <summary>What happened, why, and where to look: one thing a line.</summary>
    public required string Text { get; init; }

    /// <summary>The body that programs get.</summary>
    public string Json => field ??= json(this);

    /// <summary>
    /// One line of at most <paramref name="longest"/> characters; if it must be shorter, the name gives way and not what happened. What is
    /// not about one thing is shorter than 100 anyway.
    /// </summary>
    /// <param name="ascii">
    /// English, because Japanese in ASCII would be a row of question marks; null: only where the language is English.
    /// </param>
    public string ShortSubject(int longest, bool? ascii = false) => subject(longest, ascii);
}

internal enum MessageKind
{
    /// <summary>About one thing.</summary>
    Thing,

    /// <summary>About the service itself.</summary>
    Watcher,

    /// <summary>About an incident: many things at once.</summary>
    Fleet,

    /// <summary>The daily list.</summary>
    Summary,
}

internal enum Severity
{
    /// <summary>Good news, a test, a list.</summary>
    Notice,

    /// <summary>Bad news: somebody has to look.</summary>
    Alarm,
}
