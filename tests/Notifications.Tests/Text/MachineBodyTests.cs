using System.Text.Json;
using IoTOrleans.Contracts;

namespace IoTOrleans.Notifications.Tests.Text;

public sealed class MachineBodyTests
{
    [Fact]
    public void Every_field_of_the_contract_is_there_in_its_order() => Sample.English.Render(Sample.StillOffline).Json.ShouldBe("""
        {"schemaVersion":1,"event":"device.still_offline","thingName":"greenhouse-3","outageId":"7f3a91Xk2mQpR8sTvWyZ01",
        "since":"2026-11-22T17:14:07Z","detectedAt":"2026-11-22T17:19:07Z","recoveredAt":null,"durationSeconds":273906,
        "graceSeconds":300,"disconnectReason":"MQTT_KEEP_ALIVE_TIMEOUT","verification":"confirmed","lastHeard":null,"refused":null,"fleet":null,"attributes":{"site":"家"},
        "source":{"cluster":"home","region":"ap-northeast-1"},"url":"https://watch.example.net/?thing=greenhouse-3","text":"TEXT"}
        """.ReplaceLineEndings("").Replace("TEXT", Escaped(Sample.English.Render(Sample.StillOffline).Text), StringComparison.Ordinal));

    [Fact]
    public void Every_field_of_an_incident_is_there_in_its_order() => Sample.English.Render(Sample.FleetOutage).Json.ShouldBe("""
        {"schemaVersion":1,"event":"fleet.outage","incidentId":"Q5mB0e7Xk2mQpR8sTvWyZ0","count":31204,"back":0,"total":100000,
        "startedAt":"2026-11-22T17:58:07Z","lastAt":"2026-11-22T18:00:07Z","growing":true,
        "reasons":{"MQTT_KEEP_ALIVE_TIMEOUT":29956,"CONNECTION_LOST":1248},"attributes":{"carrier=acme":30892,"site=北":9000},
        "things":["door-1","door-2","door-3"],"joined":0,"removed":0,
        "source":{"cluster":"home","region":"ap-northeast-1"},"url":"https://watch.example.net/","text":"TEXT"}
        """.ReplaceLineEndings("").Replace("TEXT", Escaped(Sample.English.Render(Sample.FleetOutage).Text), StringComparison.Ordinal));

    [Fact]
    public void Every_field_of_a_daily_summary_is_there_in_its_order()
    {
        var summary = Sample.Summary with { Things = [Sample.Summary.Things[0], Sample.Summary.Things[3]] };
        Sample.English.Render(summary).Json.ShouldBe("""
            {"schemaVersion":1,"event":"fleet.summary","summaryId":"summary-2026-11-25-7f3a91c0","date":"2026-11-25",
            "listedAt":"2026-11-25T00:00:01Z","newSince":"2026-11-24T00:00:01Z","count":4,"new":2,"muted":1,"keptQuiet":14,
            "things":[{"thingName":"attic","since":"2026-11-21T19:31:00Z","durationSeconds":275341,"notifiedAt":"2026-11-21T19:36:02Z","muted":false,"new":false},
            {"thingName":"shed","since":"2026-11-24T23:54:00Z","durationSeconds":361,"notifiedAt":null,"muted":false,"new":true}],
            "flakiest":[{"thingName":"greenhouse-3","drops":12,"outages":41},{"thingName":"porch","drops":2,"outages":2}],
            "source":{"cluster":"home","region":"ap-northeast-1"},"url":"https://watch.example.net/","text":"TEXT"}
            """.ReplaceLineEndings("").Replace("TEXT", Escaped(Sample.English.Render(summary).Text), StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_not_known_is_null_and_not_left_out()
    {
        var body = Parse(Sample.Text("en", externalUrl: null, region: null).Render(Sample.Offline with { DisconnectReason = null }).Json);

        body.GetProperty("disconnectReason").ValueKind.ShouldBe(JsonValueKind.Null);
        body.GetProperty("url").ValueKind.ShouldBe(JsonValueKind.Null);
        body.GetProperty("recoveredAt").ValueKind.ShouldBe(JsonValueKind.Null);
        body.GetProperty("source").GetProperty("region").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void When_it_was_last_heard_is_a_range()
    {
        var heard = Parse(Sample.English.Render(
            Sample.Offline with { LastHeard = new(Sample.Since.AddMinutes(-6), Sample.Since) }).Json).GetProperty("lastHeard");

        heard.GetRawText().ShouldBe("""{"notBefore":"2026-11-22T17:08:07Z","notAfter":"2026-11-22T17:14:07Z"}""");
    }

    [Fact]
    public void Times_are_UTC_and_keep_their_milliseconds()
    {
        var since = new DateTimeOffset(2026, 11, 23, 2, 14, 7, 120, TimeSpan.FromHours(9));

        Parse(Sample.English.Render(Sample.Recovered with { Since = since }).Json).GetProperty("since").GetString()
            .ShouldBe("2026-11-22T17:14:07.12Z");
    }

    [Theory]
    [InlineData(Verification.None, "none")]
    [InlineData(Verification.Confirmed, "confirmed")]
    [InlineData(Verification.Unanswered, "unanswered")]
    public void Verification_has_three_words(Verification verification, string word) =>
        Parse(Sample.English.Render(Sample.Offline with { Verification = verification }).Json).GetProperty("verification").GetString()
            .ShouldBe(word);

    [Fact]
    public void Refusals_have_their_number_the_last_reason_and_the_first_time()
    {
        Parse(Sample.English.Render(Sample.Refused).Json).GetProperty("refused").GetRawText()
            .ShouldBe("""{"count":1214,"reason":"AUTHORIZATION_FAILED","since":"2026-11-22T17:14:09Z"}""");
        var unnamed = Sample.Refused with { Refused = Sample.Refused.Refused! with { Reason = null } };
        Parse(Sample.English.Render(unnamed).Json).GetProperty("refused").GetProperty("reason").ValueKind.ShouldBe(JsonValueKind.Null);
        Parse(Sample.English.Render(Sample.Offline).Json).GetProperty("refused").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void How_many_are_offline_of_how_many() =>
        Parse(Sample.English.Render(Sample.Offline with { Fleet = new(31_204, 100_000) }).Json).GetProperty("fleet").GetRawText()
            .ShouldBe("""{"offline":31204,"total":100000}""");

    [Fact]
    public void Only_a_sample_is_marked_as_one()
    {
        Parse(Sample.English.Render(Sample.Offline with { IsTest = true }).Json).GetProperty("test").GetBoolean().ShouldBeTrue();
        Parse(Sample.English.Render(Sample.Offline).Json).TryGetProperty("test", out _).ShouldBeFalse();
    }

    [Fact]
    public void Flapping_says_how_often_and_steady_since_when_it_is_calm()
    {
        var flapping = Parse(Sample.English.Render(Sample.Flapping).Json);
        flapping.GetProperty("event").GetString().ShouldBe("device.flapping");
        flapping.GetProperty("drops").GetInt32().ShouldBe(6);
        flapping.GetProperty("recoveredAt").ValueKind.ShouldBe(JsonValueKind.Null);
        flapping.GetProperty("disconnectReason").ValueKind.ShouldBe(JsonValueKind.Null);

        var steady = Parse(Sample.English.Render(Sample.Steady).Json);
        steady.GetProperty("event").GetString().ShouldBe("device.steady");
        steady.GetProperty("outageId").GetString().ShouldBe(flapping.GetProperty("outageId").GetString());
        steady.GetProperty("recoveredAt").GetString().ShouldBe("2026-11-22T18:01:22Z");
        steady.GetProperty("durationSeconds").GetInt32().ShouldBe(2835);

        Parse(Sample.English.Render(Sample.Offline).Json).TryGetProperty("drops", out _).ShouldBeFalse();
    }

    private static string Escaped(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal);

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
