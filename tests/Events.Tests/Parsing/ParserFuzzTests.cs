using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Events;
using IoTOrleans.Events.Parsing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Parsing;

/// <summary>
/// Whatever the bytes are: an answer, in bounded memory; what is let through is what the body says, by another reader's account. New bodies
/// in each run; IOT_ORLEANS_BODIES=n for more of them (docs/testing.md).
/// </summary>
public sealed partial class ParserFuzzTests : ParserTest
{
    /// <summary>
    /// Of 1 MiB the worst is <c>{"a":1,"a":1…</c> and the like, of which System.Text.Json keeps an index and a set of keys. Some of it is
    /// pooled, so that the first one pays for others.
    /// </summary>
    private const int BytesForEachByte = 16;

    private const int BytesForEachBody = 64 * 1024;

    private static readonly DateTimeOffset Earliest = new(2010, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly int Bodies = int.TryParse(Environment.GetEnvironmentVariable("IOT_ORLEANS_BODIES"), out var asked)
        ? Math.Max(asked, 100_000)
        : 100_000;

    private readonly ConcurrentDictionary<string, int> _answers = new();

    [Fact]
    public void A_hundred_thousand_bodies_get_an_answer_and_every_answer_is_met()
    {
        HostileBodies.Any.Sample(ShouldGetAnAnswer, iter: Bodies, print: Printed);

        _answers.Where(answer => answer.Key != "by a rule").Sum(answer => answer.Value).ShouldBeGreaterThanOrEqualTo(Bodies);
        foreach (var reason in Enum.GetNames<RefusalReason>()) _answers.ShouldContainKey(reason, Counted());
        foreach (var kind in (ChangeKind[])[ChangeKind.Lifecycle, ChangeKind.LifecycleTime, ChangeKind.Shadow, ChangeKind.Time])
            _answers.ShouldContainKey($"{kind}", Counted());
        foreach (var other in (string[])["Nothing", "Evidence", "by a rule"]) _answers.ShouldContainKey(other, Counted());
        TestContext.Current.TestOutputHelper!.WriteLine(Counted());
    }

    public static TheoryData<string, int> Large =>
        [.. HostileBodies.Fillings.SelectMany(
            filling => Enumerable.Range(0, HostileBodies.Places), (filling, place) => new TheoryDataRow<string, int>(filling, place))];

    [Theory]
    [MemberData(nameof(Large))]
    public void A_body_of_1_MiB_gets_an_answer(string filling, int place) => ShouldGetAnAnswer(HostileBodies.Large(filling, place));

    private string Counted() =>
        string.Join(", ", _answers.OrderByDescending(answer => answer.Value).Select(answer => $"{answer.Key} {answer.Value}"));

    private static string Printed(byte[] body) =>
        body.Length > 2000 ? $"{body.Length} bytes beginning with {Encoding.UTF8.GetString(body[..200])}" : Convert.ToBase64String(body);

    private void ShouldGetAnAnswer(byte[] body)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var parsed = EventParser.Parse(body, EventSource.Queue, ReceivedAt);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.ShouldBeLessThan(BytesForEachBody + ((long)BytesForEachByte * body.Length));
        ShouldBeWithinLimits(parsed);
        if (parsed is ParsedEvent.Change change) ShouldBeWhatTheBodySays(change, Encoding.UTF8.GetString(body));
        _answers.AddOrUpdate(NameOf(parsed), 1, (_, count) => count + 1);
        if (parsed is not ParsedEvent.Refused && parsed.Failure is not null) _answers.AddOrUpdate("by a rule", 1, (_, count) => count + 1);

        // The other door: the same words, or an array of them.
        foreach (var item in EventParser.ParseAll(body, EventSource.Http, ReceivedAt)) ShouldBeWithinLimits(item);
    }

    private static string NameOf(ParsedEvent parsed) => parsed switch
    {
        ParsedEvent.Refused refused => refused.Reason.ToString(),
        ParsedEvent.Change change => change.ConnectionChange.Kind.ToString(),
        ParsedEvent.Evidence => "Evidence",
        _ => "Nothing",
    };

    private static void ShouldBeWithinLimits(ParsedEvent parsed)
    {
        (parsed.Failure is not { } failure || (failure.Rule + failure.Error).Length < 1000).ShouldBeTrue();
        switch (parsed)
        {
            case ParsedEvent.Refused refused:
                Enum.IsDefined(refused.Reason).ShouldBeTrue();
                refused.Detail.ShouldNotBeNullOrEmpty();
                refused.Detail.Length.ShouldBeLessThan(200);
                break;
            case ParsedEvent.Nothing nothing:
                ThingName.IsValid(nothing.ThingName, out var why).ShouldBeTrue(why);
                break;
            case ParsedEvent.Change(var thing, var change):
                ThingName.IsValid(thing, out var whyNot).ShouldBeTrue(whyNot);
                change.Timestamp.ShouldBeInRange(Earliest, ReceivedAt.AddMinutes(10));
                (change.Number ?? 0).ShouldBeGreaterThanOrEqualTo(0);
                (change.Attributes?.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value)) ?? 0)
                    .ShouldBeLessThanOrEqualTo(256);
                break;
            case ParsedEvent.Evidence(var refusedThing, var connectFailure):
                ThingName.IsValid(refusedThing, out var wrong).ShouldBeTrue(wrong);
                connectFailure.Timestamp.ShouldBeInRange(Earliest, ReceivedAt.AddMinutes(10));
                (connectFailure.Reason?.Length ?? 0).ShouldBeLessThanOrEqualTo(128);
                break;
            default:
                parsed.ShouldBeOfType<ParsedEvent.Nothing>();
                break;
        }
    }

    /// <summary>Read once more, by way of System.Text.Json's other model and in floating point.</summary>
    private static void ShouldBeWhatTheBodySays(ParsedEvent.Change change, string body)
    {
        var (json, named) = Unwrapped(Read(body));
        var isLifecycle = json["eventType"] is not null;
        var reported = At(json, "current", "state", "reported", "connected");
        var connected = isLifecycle ? json["eventType"]!.ToString() == "connected" : (reported ?? json["connected"])!.GetValue<bool>();
        var stamp = (isLifecycle ? null : At(json, "current", "metadata", "reported", "connected", "timestamp")) ?? json["timestamp"]!;
        var thing = named ?? ((string?)json["thingName"] is { Length: > 0 } name ? name : (string)json["clientId"]!);

        change.ThingName.ShouldBe(thing);
        change.ConnectionChange.Connected.ShouldBe(connected);
        var milliseconds = stamp.GetValue<double>() * (isLifecycle ? 1 : 1000);
        (change.ConnectionChange.Timestamp - DateTimeOffset.UnixEpoch).TotalMilliseconds.ShouldBe(milliseconds, 1);
    }

    private static (JsonObject Json, string? ThingName) Unwrapped(JsonObject json)
    {
        string? named = null;
        while (true)
        {
            if (json["base64OriginalPayload"] is { } payload)
            {
                named = json["topic"] is { } topic && topic.GetValueKind() == JsonValueKind.String
                    && ShadowTopic().Match(topic.ToString()) is { Success: true } match ? match.Groups[1].Value : null;
                json = Read(Encoding.UTF8.GetString(Convert.FromBase64String(payload.ToString())));
            }
            else if (IsEnvelope(json)) json = Read(json["Message"]!.ToString());
            else return (json, named);
        }
    }

    private static JsonObject Read(string body) => JsonNode.Parse(body.TrimStart('\uFEFF'))!.AsObject();

    [GeneratedRegex(@"\A\$aws/things/([^/]*)/shadow/(?:name/[^/]*/)?update/documents\z")]
    private static partial Regex ShadowTopic();

    private static bool IsEnvelope(JsonObject json)
    {
        try
        {
            return json["Type"] is JsonValue type && type.GetValueKind() == JsonValueKind.String && type.ToString() == "Notification"
                && json["Message"]?.GetValueKind() == JsonValueKind.String;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            return false;
        }
    }

    private static JsonNode? At(JsonNode? node, params string[] path) => path.Aggregate(node, (at, name) => (at as JsonObject)?[name]);
}
