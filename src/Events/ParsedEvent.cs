namespace IoTOrleans.Events;

/// <summary>What became of one body from the queue or <c>POST /events</c>: one of the four records below.</summary>
internal abstract record ParsedEvent
{
    /// <summary>The failure of an IoT rule that brought the event to its error queue; null: no rule failed.</summary>
    public RuleFailure? Failure { get; init; }

    internal sealed record Change(string ThingName, ConnectionChange ConnectionChange) : ParsedEvent;

    /// <summary>AWS IoT did not let a client of the thing connect.</summary>
    internal sealed record Evidence(string ThingName, ConnectFailure ConnectFailure) : ParsedEvent;

    /// <summary>Valid, but says nothing about the connection, like a shadow document without <c>connected</c>. Only counted.</summary>
    internal sealed record Nothing(string ThingName) : ParsedEvent;

    /// <param name="Detail">One sentence for a person.</param>
    internal sealed record Refused(RefusalReason Reason, string Detail) : ParsedEvent;
}

/// <param name="Error">What AWS IoT says about the first action that failed.</param>
internal sealed record RuleFailure(string Rule, string Error);

/// <summary>Why a body was refused: a log field and a metric tag.</summary>
internal enum RefusalReason
{
    /// <summary>Also: not UTF-8, a key that stands twice, more than 64 levels deep.</summary>
    NotJson,

    NotAnObject,
    NestedEnvelope,

    /// <summary>An IoT rule's error message in another one.</summary>
    NestedErrorMessage,

    /// <summary>A <c>base64OriginalPayload</c> that is not base64.</summary>
    BadOriginalPayload,

    /// <summary>An <c>eventType</c> that AWS IoT's lifecycle events do not have.</summary>
    UnknownEventType,

    NoThingName,
    BadThingName,
    ConnectedNotBoolean,
    NoTimestamp,

    /// <summary>Not a number, before 2010, or more than 10 minutes ahead.</summary>
    BadTimestamp,

    /// <summary>A <c>version</c> or <c>versionNumber</c> that is not a whole number.</summary>
    BadVersion,

    /// <summary>A session identifier, a reason or a shadow name that is not a string, or too long.</summary>
    BadText,

    /// <summary>Not string pairs, more than 8 of them, or more than 256 bytes together.</summary>
    BadAttributes,
}
