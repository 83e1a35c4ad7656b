using IoTOrleans.Contracts;

namespace IoTOrleans.Silo.Events;

/// <summary>What became of one body from the queue or <c>POST /events</c>: exactly one of the three below.</summary>
internal abstract record ParsedEvent
{
    private ParsedEvent()
    {
    }

    /// <summary>A connection change of a thing.</summary>
    internal sealed record Change(string ThingName, ConnectionChange ConnectionChange) : ParsedEvent;

    /// <summary>Fine, but it says nothing about the connection (a shadow document without <c>connected</c>): counted and done with.</summary>
    internal sealed record Nothing(string ThingName) : ParsedEvent;

    /// <summary>Not an event; <paramref name="Detail"/> is one sentence for a person.</summary>
    internal sealed record Refused(RefusalReason Reason, string Detail) : ParsedEvent;
}

/// <summary>Why a body was refused: a log field and a metric tag.</summary>
internal enum RefusalReason
{
    NotJson,
    NotAnObject,
    NestedEnvelope,
    UnknownEventType,
    NoThingName,
    BadThingName,
    ConnectedNotBoolean,
    NoTimestamp,
    BadTimestamp,
    BadVersion,
    BadAttributes,
}
