using System.Text;
using System.Text.Json;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Services;

namespace IoTOrleans.Notifications.Tests.Ntfy;

public sealed class NtfyDestinationTests
{
    [Fact]
    public async Task Messages_are_what_ntfy_documents_and_as_recorded()
    {
        await using var ntfy = await HttpStub.Start((request, _) => Task.FromResult(NtfyService.Answer(request)));
        await using var english = To(ntfy);
        await using var japanese = Configured.As("ntfy", null, Sample.Japanese, ("Url", ntfy.Address.ToString()), ("Topic", "greenhouse"));

        foreach (var notification in new[] { Sample.Offline, Sample.StillOffline, Sample.Recovered, Sample.Offline with { IsTest = true } })
            (await english.Send(notification)).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));
        (await japanese.Send(Sample.Offline)).Outcome.ShouldBe(DeliveryOutcome.Accepted);

        await ntfy.Requests[0].ShouldBe("Ntfy", "offline");
        await ntfy.Requests[1].ShouldBe("Ntfy", "still-offline");
        await ntfy.Requests[2].ShouldBe("Ntfy", "recovered");
        await ntfy.Requests[3].ShouldBe("Ntfy", "test");
        await ntfy.Requests[4].ShouldBe("Ntfy", "offline.ja");
        ntfy.Requests[0].Headers.Keys.ShouldNotContain("Authorization");
    }

    [Fact]
    public async Task Many_at_once_are_one_message()
    {
        await using var ntfy = await HttpStub.Start((request, _) => Task.FromResult(NtfyService.Answer(request)));
        await using var destination = To(ntfy);

        foreach (var notification in new[] { Sample.FleetOutage, Sample.FleetRecovered })
            (await destination.Send(notification)).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));
        var longest = Enumerable.Range(0, 20).Select(_ => string.Concat(Enumerable.Repeat("𩸽", 128)));
        (await destination.Send(Sample.FleetOutage with { Things = [.. longest] })).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));

        await ntfy.Requests[0].ShouldBe("Ntfy", "fleet-outage");
        await ntfy.Requests[1].ShouldBe("Ntfy", "fleet-recovered");
    }

    [Fact]
    public async Task A_token_is_a_bearer_token()
    {
        await using var ntfy = await HttpStub.Start((request, _) => Task.FromResult(NtfyService.Answer(request)));
        await using var destination = To(ntfy, ("Token", "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"), ("Priority", "5"));

        (await destination.Send(Sample.Offline)).Outcome.ShouldBe(DeliveryOutcome.Accepted);

        ntfy.Requests[0].Headers["Authorization"].ShouldBe("Bearer tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2");
        Json(ntfy).GetProperty("priority").GetInt32().ShouldBe(5);
    }

    [Fact]
    public async Task A_header_of_the_users_own_comes_before_the_token()
    {
        await using var ntfy = await HttpStub.Start((request, _) => Task.FromResult(NtfyService.Answer(request)));
        await using var destination = To(ntfy, ("Token", "tk_1"), ("Headers:authorization", "Basic dTpw"), ("Headers:X-Via", "here"));

        (await destination.Send(Sample.Offline)).Outcome.ShouldBe(DeliveryOutcome.Accepted);

        (ntfy.Requests[0].Headers["Authorization"], ntfy.Requests[0].Headers["X-Via"]).ShouldBe(("Basic dTpw", "here"));
    }

    [Fact]
    public async Task Title_and_message_keep_within_their_bytes()
    {
        await using var ntfy = await HttpStub.Start((request, _) => Task.FromResult(NtfyService.Answer(request)));
        await using var destination = To(ntfy);
        var attributes = new Dictionary<string, string> { ["場所"] = new('温', 3000) };

        (await destination.Send(Sample.Offline with { ThingName = string.Concat(Enumerable.Repeat("𩸽", 128)), Attributes = attributes }))
            .ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));

        Encoding.UTF8.GetByteCount(Json(ntfy).GetProperty("message").GetString()!).ShouldBeInRange(4090, 4096);
    }

    private static Configured To(HttpStub ntfy, params (string, string)[] more) =>
        Configured.As("ntfy", settings: [("Url", ntfy.Address.ToString()), ("Topic", "greenhouse"), .. more]);

    private static JsonElement Json(HttpStub ntfy)
    {
        using var json = JsonDocument.Parse(ntfy.Requests[0].Body);
        return json.RootElement.Clone();
    }
}
