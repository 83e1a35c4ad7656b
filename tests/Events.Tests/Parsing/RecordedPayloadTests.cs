using IoTOrleans.Contracts;
using IoTOrleans.Events;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Parsing;

/// <summary>Bodies as AWS writes them, one file each, and what they are taken for.</summary>
public sealed class RecordedPayloadTests : ParserTest
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Parsing", "Payloads");

    public static TheoryData<string, string> Payloads => new()
    {
        { "lifecycle-connected", "rpi-1: connected at 08:00:00.757, Lifecycle 0, session a466" },
        { "lifecycle-disconnected", "rpi-1: disconnected at 08:05:00.451, Lifecycle 0, session a466, CONNECTION_LOST" },
        {
            "lifecycle-exclusive-thing",
            "greenhouse-3: disconnected at 08:05:00.451, Lifecycle 17, session 6b1c, CLIENT_INITIATED_DISCONNECT"
        },
        { "lifecycle-without-version", "rpi-1: disconnected at 08:05:00.451, LifecycleTime, A_REASON_OF_NEXT_YEAR" },
        {
            "lifecycle-rule-with-topic",
            "rpi-1: disconnected at 08:05:00.451, Lifecycle 3, session a466, MQTT_KEEP_ALIVE_TIMEOUT, site=roof, carrier=acme"
        },
        { "lifecycle-connect-failed", "rpi-1: connect failed at 08:05:00.451, AUTHORIZATION_FAILED" },
        { "lifecycle-subscribed", "rpi-1: nothing" },
        { "shadow-document", "rpi-1: disconnected at 08:00:00.000, Shadow 42" },
        { "shadow-document-first-write", "rpi-1: connected at 08:00:00.000, Shadow 1" },
        { "shadow-document-telemetry", "rpi-1: connected at 08:00:00.000, Shadow 42, unchanged" },
        { "shadow-document-without-connected", "rpi-1: nothing" },
        { "shadow-document-field-removed", "rpi-1: nothing" },
        { "shadow-document-named", "rpi-1: connected at 08:00:00.000, Shadow 8 of presence" },
        { "shadow-rule", "rpi-1: disconnected at 08:00:00.000, Shadow 12" },
        { "shadow-rule-decimals", "rpi-1: disconnected at 08:00:00.500, Shadow 12" },
        { "shadow-rule-without-version", "rpi-1: connected at 08:00:00.250, Time" },
        { "shadow-rule-without-timestamp", "refused NoTimestamp" },
        { "shadow-rule-prev-cur", "rpi-1: disconnected at 08:00:01.000, Shadow 42" },
        { "envelope-lifecycle", "rpi-1: disconnected at 08:05:00.451, Lifecycle 0, session a466, CONNECTION_LOST" },
        { "envelope-shadow-document", "rpi-1: disconnected at 08:00:00.000, Shadow 42" },
        { "envelope-shadow-rule", "rpi-1: disconnected at 08:00:00.000, Shadow 12" },
        { "envelope-in-envelope", "refused NestedEnvelope" },
        { "envelope-with-text", "refused NotJson" },
        { "Errors/in-envelope", "rpi-1: disconnected at 08:05:00.451, Lifecycle 0, session a466, CONNECTION_LOST, by presence_to_sqs" },
        { "Errors/lifecycle", "rpi-1: disconnected at 08:05:00.451, Lifecycle 0, session a466, CONNECTION_LOST, by presence_to_sqs" },
        { "Errors/republish", "rpi-1: disconnected at 08:05:00.451, Lifecycle 0, session a466, CONNECTION_LOST, by presence_to_shadow" },
        { "Errors/connect-failed", "rpi-1: connect failed at 08:05:00.451, AUTHORIZATION_FAILED, by presence_to_sqs" },
        { "Errors/shadow-document", "rpi-1: disconnected at 08:00:00.000, Shadow 42, by shadow_to_sqs" },
        { "Errors/shadow-document-named", "rpi-1: connected at 08:00:00.000, Shadow 8 of presence, by shadow_to_sqs" },
        { "Errors/shadow-document-without-connected", "rpi-1: nothing, by shadow_to_sqs" },
        { "Errors/own-topic", "rpi-1: disconnected at 08:00:00.000, Shadow 12, by own" },
        { "Errors/unknown-topic", "refused NoThingName, by own" },
        { "Errors/in-error-message", "refused NestedErrorMessage, by presence_to_sqs" },
        { "Errors/with-text", "refused NotJson, by TestAction" },
        { "Errors/without-base64", "refused BadOriginalPayload, by presence_to_sqs" },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public void A_recorded_payload_is_taken_for_what_it_is(string payload, string expected) => Tell(FromQueue(Read(payload)))
        .ShouldBe(expected);

    [Fact]
    public void Every_recorded_payload_has_its_expectation() =>
        Directory.GetFiles(Folder, "*.json", SearchOption.AllDirectories)
            .Select(file => Path.ChangeExtension(Path.GetRelativePath(Folder, file), null).Replace('\\', '/'))
            .ShouldBe(Payloads.Select(row => row.Data.Item1), ignoreOrder: true);

    [Fact]
    public void The_door_and_the_arrival_are_kept()
    {
        var change = Change(Read("shadow-rule"));

        change.Source.ShouldBe(EventSource.Queue);
        change.ReceivedAt.ShouldBe(ReceivedAt);
        OverHttp(Read("shadow-rule")).ShouldBeOfType<ParsedEvent.Change>().ConnectionChange.Source.ShouldBe(EventSource.Http);
    }

    [Fact]
    public void Over_http_a_shadow_rule_without_a_time_is_now() =>
        OverHttp(Read("shadow-rule-without-timestamp"))
            .ShouldBeOfType<ParsedEvent.Change>().ConnectionChange.Timestamp.ShouldBe(ReceivedAt);

    private static string Read(string payload) => File.ReadAllText(Path.Combine(Folder, payload + ".json"));
}
