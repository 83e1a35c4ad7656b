using System.Text.Json;
using IoTOrleans.Settings;
using IoTOrleans.Notifications.Sns;

namespace IoTOrleans.Notifications.Tests.Sns;

public sealed class SnsMessageTests
{
    private static readonly TopicArn Standard = TopicArn.Parse("s", "arn:aws:sns:eu-west-1:123456789012:ops");
    private static readonly TopicArn Fifo = TopicArn.Parse("s", "arn:aws:sns:eu-west-1:123456789012:ops.fifo");

    [Fact]
    public void People_get_words_and_programs_get_the_machine_body()
    {
        var message = SnsMessage.Of(Sample.English.Render(Sample.Offline), Standard, asciiSubject: true);

        message.MessageStructure.ShouldBe("json");
        var protocols = JsonSerializer.Deserialize<Dictionary<string, string>>(message.Message)!;
        protocols.Keys.ShouldBe(["default", "email", "sqs", "lambda", "http", "https"]);
        foreach (var people in new[] { "default", "email" }) protocols[people].ShouldBe(Sample.English.Render(Sample.Offline).Text);
        foreach (var programs in new[] { "sqs", "lambda", "http", "https" })
            protocols[programs].ShouldBe(Sample.English.Render(Sample.Offline).Json);
    }

    [Fact]
    public void Attributes_let_a_filter_policy_pick() =>
        SnsMessage.Of(Sample.English.Render(Sample.Recovered), Standard, asciiSubject: true).StringAttributes.ShouldBe(
        [
            new("event", "device.recovered"), new("thingName", "greenhouse-3"), new("outageId", Sample.OutageId),
        ]);

    [Fact]
    public void What_is_about_the_service_itself_names_no_thing()
    {
        var blind = SnsMessage.Of(Sample.English.Render(Sample.Blind), Fifo, asciiSubject: true);
        blind.StringAttributes.ShouldBe([new("event", "watcher.blind"), new("outageId", Sample.OutageId)]);
        blind.MessageGroupId.ShouldBe(Sample.OutageId);
        JsonDocument.Parse(Sample.English.Render(Sample.Blind).Json).RootElement.GetProperty("thingName").ValueKind
            .ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void Only_a_FIFO_topic_gets_group_and_deduplication_ids()
    {
        var standard = SnsMessage.Of(Sample.English.Render(Sample.StillOffline), Standard, asciiSubject: true);
        var fifo = SnsMessage.Of(Sample.English.Render(Sample.StillOffline), Fifo, asciiSubject: true);

        (standard.MessageGroupId, standard.MessageDeduplicationId).ShouldBe((null, null));
        (fifo.MessageGroupId, fifo.MessageDeduplicationId).ShouldBe(("greenhouse-3", $"{Sample.OutageId}.device.still_offline.3"));
        SnsMessage.Of(Sample.English.Render(Sample.Offline), Fifo, asciiSubject: true).MessageDeduplicationId
            .ShouldBe($"{Sample.OutageId}.device.offline");
    }

    /// <summary>"The total size limit for a single SNS message published is 256 KB"; nobody's list may be refused for its names.</summary>
    [Fact]
    public void A_daily_summary_with_the_longest_names_fits_into_256_KB()
    {
        var names = Enumerable.Range(0, 200)
            .Select(i => string.Concat(Enumerable.Repeat("\"温", 63)) + (char)('A' + (i % 26)) + (char)('A' + (i / 26)));
        var summary = Sample.Summary with
        {
            Count = 100_000, Things = [.. names.Select(name => Sample.Summary.Things[0] with { ThingName = name })],
        };
        foreach (var text in new[] { Sample.English, Sample.Japanese })
        {
            var message = SnsMessage.Of(text.Render(summary), Fifo, asciiSubject: true);
            System.Text.Encoding.UTF8.GetByteCount(message.Message).ShouldBeLessThan(240_000);
            message.StringAttributes.ShouldBe([new("event", "fleet.summary"), new("summaryId", summary.Id)]);
            (message.MessageGroupId, message.MessageDeduplicationId).ShouldBe(("fleet.summary", summary.Id));
            message.Subject!.ShouldEachBe(c => c < 128);
        }
    }

    [Fact]
    public void An_incident_has_its_id_where_a_thing_has_its_name()
    {
        var standard = SnsMessage.Of(Sample.English.Render(Sample.FleetOutage), Standard, asciiSubject: true);
        standard.StringAttributes.ShouldBe([new("event", "fleet.outage"), new("incidentId", Sample.FleetOutage.IncidentId)]);
        (standard.MessageGroupId, standard.MessageDeduplicationId).ShouldBe((null, null));

        var update = SnsMessage.Of(Sample.English.Render(Sample.FleetOutage with { Number = 2 }), Fifo, asciiSubject: true);
        (update.MessageGroupId, update.MessageDeduplicationId)
            .ShouldBe((Sample.FleetOutage.IncidentId, $"{Sample.FleetOutage.IncidentId}.fleet.outage.2"));
        SnsMessage.Of(Sample.English.Render(Sample.FleetRecovered), Fifo, asciiSubject: true).MessageDeduplicationId
            .ShouldBe($"{Sample.FleetOutage.IncidentId}.fleet.recovered");
        SnsMessage.Of(Sample.Japanese.Render(Sample.FleetOutage), Standard, asciiSubject: true).Subject!.All(char.IsAscii).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""rpi-1!"#$%&'()*+,-./:;<=>?@[]^_`{|}~""", true)]
    [InlineData("rpi 1", false)]
    [InlineData("""rpi\1""", false)]
    [InlineData("温室", false)]
    public void A_name_that_SNS_may_not_take_as_group_id_is_hashed(string name, bool allowed)
    {
        if (allowed) SnsMessage.GroupId(name).ShouldBe(name);
        else SnsMessage.GroupId(name).ShouldMatch("^[0-9a-f]{64}$");
    }

    [Fact]
    public void A_group_id_is_at_most_128_characters()
    {
        SnsMessage.GroupId(new string('a', 128)).ShouldBe(new string('a', 128));
        SnsMessage.GroupId(new string('a', 129)).Length.ShouldBe(64);
        SnsMessage.GroupId("rpi 1").ShouldBe("fe2e444881f3b2eac329de5319ba1d3c1735548103c85cfa627f7adac58ffcb2");
    }

    [Theory]
    [InlineData("arn:aws:sns:eu-west-1:123456789012:ops")]
    [InlineData("arn:aws-cn:sns:cn-north-1:123456789012:ops_1.fifo")]
    [InlineData("arn:aws-us-gov:sns:us-gov-west-1:123456789012:ops")]
    public void An_ARN_of_a_topic_is_taken(string arn) => TopicArn.Parse("s", arn).Value.ShouldBe(arn);

    [Theory]
    [InlineData("")]
    [InlineData("ops")]
    [InlineData("arn:aws:sqs:eu-west-1:123456789012:ops")]
    [InlineData("arn:aws:sns:eu-west-1:123456789012:ops:5be8f5b5-6a41-41b9-98ed-9c8d0a5b0f5e")]
    [InlineData("arn:aws:sns:eu-west-1:123:ops")]
    [InlineData("arn:aws:sns:eu-west-1:123456789012:ops\n")]
    public void Anything_else_is_refused_with_an_example(string arn) =>
        Should.Throw<StartupException>(() => TopicArn.Parse("Notifications:Sns:TopicArn", arn)).Message
            .ShouldBe($"Notifications:Sns:TopicArn={arn}: not the ARN of an SNS topic. It looks like "
                + "arn:aws:sns:eu-west-1:123456789012:my-topic "
                + "(that of a subscription has one more part at the end: leave it out).");
}
