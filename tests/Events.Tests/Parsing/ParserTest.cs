using System.Globalization;
using System.Text;
using IoTOrleans.Contracts;
using IoTOrleans.Events;
using IoTOrleans.Events.Parsing;
using Shouldly;

namespace IoTOrleans.Events.Tests.Parsing;

/// <summary>What the tests of the parser share: a moment of arrival, and one line that tells a result.</summary>
public abstract class ParserTest
{
    internal static readonly DateTimeOffset ReceivedAt = new(2025, 11, 23, 8, 6, 0, TimeSpan.Zero);

    /// <summary>2025-11-23T08:00:00Z, the second that most samples are stamped with.</summary>
    internal const long Second = 1763884800;

    internal static ParsedEvent FromQueue(string body) => Parse(body, EventSource.Queue);

    internal static ParsedEvent OverHttp(string body) => Parse(body, EventSource.Http);

    internal static ConnectionChange Change(string body) =>
        FromQueue(body).ShouldBeOfType<ParsedEvent.Change>().ConnectionChange;

    internal static string Refused(string body, RefusalReason reason)
    {
        var refused = FromQueue(body).ShouldBeOfType<ParsedEvent.Refused>();
        refused.Reason.ShouldBe(reason, refused.Detail);
        return refused.Detail;
    }

    internal static string Tell(ParsedEvent parsed) => TellEvent(parsed) + (parsed.Failure is { } failure ? $", by {failure.Rule}" : "");

    private static string TellEvent(ParsedEvent parsed) => parsed switch
    {
        ParsedEvent.Change(var thing, var change) => Tell(thing, change),
        ParsedEvent.Evidence(var thing, var failure) => string.Create(
            CultureInfo.InvariantCulture, $"{thing}: connect failed at {failure.Timestamp:HH:mm:ss.fff}, {failure.Reason}"),
        ParsedEvent.Nothing nothing => $"{nothing.ThingName}: nothing",
        ParsedEvent.Refused refused => $"refused {refused.Reason}",
        _ => throw new ArgumentOutOfRangeException(nameof(parsed)),
    };

    private static string Tell(string thing, ConnectionChange change)
    {
        var text = new StringBuilder(thing).Append(change.Connected ? ": connected" : ": disconnected");
        text.Append(CultureInfo.InvariantCulture, $" at {change.Timestamp:HH:mm:ss.fff}, {change.Kind}");
        if (change.Number is { } number) text.Append(CultureInfo.InvariantCulture, $" {number}");
        if (change.ShadowName is { } shadow) text.Append(CultureInfo.InvariantCulture, $" of {shadow}");
        if (change.SessionIdentifier is { } session) text.Append(CultureInfo.InvariantCulture, $", session {session[..4]}");
        if (change.DisconnectReason is { } reason) text.Append(CultureInfo.InvariantCulture, $", {reason}");
        if (change.SaysUnchanged) text.Append(", unchanged");
        foreach (var (name, value) in change.Attributes ?? new Dictionary<string, string>())
            text.Append(CultureInfo.InvariantCulture, $", {name}={value}");
        return text.ToString();
    }

    private static ParsedEvent Parse(string body, EventSource source) =>
        EventParser.Parse(Encoding.UTF8.GetBytes(body), source, ReceivedAt);
}
