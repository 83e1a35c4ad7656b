namespace IoTOrleans.Notifications;

internal sealed record OutgoingMessage
{
    public required MessageKind Kind { get; init; }

    /// <summary>The name on the wire, like <c>device.offline</c>.</summary>
    public required string Event { get; init; }

    /// <summary>The same in every repeat of the message.</summary>
    public required string Key { get; init; }

    /// <summary>The same in all messages about one outage or one incident; each daily list has its own.</summary>
    public required string ThreadKey { get; init; }

    public required string FirstKey { get; init; }

    public string? ThingName { get; init; }

    /// <summary>The thing, printable, or else the cluster.</summary>
    public required string About { get; init; }

    /// <summary>It ends what an earlier message of the thread began: services that keep alerts close theirs.</summary>
    public bool IsEnd { get; init; }

    /// <summary>It is an end, and there was no message about the start: services that keep alerts open one before they close it.</summary>
    public bool IsAlsoStart { get; init; }

    public bool IsTest { get; init; }

    public bool IsBadNews => !IsTest && !IsEnd && Kind != MessageKind.Summary;

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was worth a message.</summary>
    public required DateTimeOffset DetectedAt { get; init; }

    /// <summary>Null: it has not ended, or the end is not known.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public TimeSpan RecoveryHold { get; init; }

    public string? DisconnectReason { get; init; }

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    public required string? Link { get; init; }

    public required string Cluster { get; init; }

    public required string? Region { get; init; }

    /// <summary>One line, as long as it needs to be.</summary>
    public string Subject => ShortSubject(int.MaxValue);

    /// <summary>What happened, why, and where to look: one fact a line.</summary>
    public required string Text { get; init; }

    public string Json => field ??= ToJson(this);

    public required Func<OutgoingMessage, string> ToJson { private get; init; }

    /// <summary>At most <paramref name="longest"/> characters, if a shorter name of the thing allows that. Others are below 100.</summary>
    /// <param name="ascii">In English, since Japanese has no ASCII; null: only where the language is English.</param>
    public string ShortSubject(int longest, bool? ascii = false) => ToSubject(longest, ascii);

    public required Func<int, bool?, string> ToSubject { private get; init; }
}

internal enum MessageKind
{
    Thing,

    /// <summary>About the service itself.</summary>
    Watcher,

    /// <summary>About an incident.</summary>
    Fleet,

    /// <summary>The daily list.</summary>
    Summary,
}
