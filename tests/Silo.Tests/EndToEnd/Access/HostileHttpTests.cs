using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CsCheck;
using IoTOrleans.Events;
using IoTOrleans.Events.Tests.Parsing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Access;

public sealed class BesiegedSilo : IAsyncLifetime
{
    internal SiloProcess Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Silo = await SiloProcess.Start(
        ("Presence:Grace", "1h"), ("Storage:Provider", "Memory"), ("Events:Mqtt:Listen:Port", "0"), ("Events:Http:Enabled", "true"));

    public ValueTask DisposeAsync() => Silo.DisposeAsync();
}

/// <summary>Whatever comes in over HTTP, and however slowly: a clear refusal, and the others are served meanwhile.</summary>
public sealed class HostileHttpTests(BesiegedSilo one) : IClassFixture<BesiegedSilo>
{
    private const int OneMiB = 1024 * 1024;

    private SiloProcess Silo => one.Silo;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "/events", """{"\ud800":1}""")]
    [InlineData("POST", "/events", """{"thingName":"a","connected":true,"x":{"\ud800":1}}""")]
    [InlineData("POST", "/events", """{"a\nFORGED":1,"a\nFORGED":2}""")]
    [InlineData("PUT", "/devices/x/policy", """{"\ud800":1}""")]
    [InlineData("PUT", "/devices/x/policy", """{"grace":"\ud800"}""")]
    [InlineData("PUT", "/devices/x/policy", """{"notify":["\ud800"]}""")]
    [InlineData("PUT", "/devices/x/policy", """{"grace":"5m","grace":"6m"}""")]
    [InlineData("PUT", "/mutes/m", """{"\ud800":1}""")]
    [InlineData("PUT", "/mutes/m", """{"thing":"a","thing":"b","untilRecovered":true}""")]
    [InlineData("PUT", "/mutes/m", """{"thing":"a","untilRecovered":true,"from":"9999-12-31T00:00:00Z"}""")]
    [InlineData("PUT", "/mutes/m", """{"thing":"a","from":"9999-12-30T00:00:00Z","until":"9999-12-31T00:00:00Z"}""")]
    public async Task A_body_that_makes_no_sense_is_a_bad_request_and_no_error_of_ours(string method, string path, string body)
    {
        using var response = await Send(method, path, Encoding.UTF8.GetBytes(body));
        await ShouldBeBad(response);
        Silo.HasNoLineWith("FORGED");
    }

    [Fact]
    public async Task Three_thousand_hostile_bodies_are_taken_or_refused_with_a_reason_at_every_door()
    {
        var reasons = Enum.GetNames<RefusalReason>().Select(JsonNamingPolicy.CamelCase.ConvertName).ToHashSet();
        (string Method, string Path)[] doors = [("POST", "/events"), ("PUT", "/devices/fuzzed/policy"), ("PUT", "/mutes/fuzzed")];
        await Gen.Select(HostileBodies.Any, Gen.OneOf(doors)).SampleAsync(
            async (body, door) =>
            {
                using var response = await Send(door.Method, door.Path, body);
                if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.RequestEntityTooLarge) return;
                var errors = (await ShouldBeBad(response)).GetProperty("errors").EnumerateArray().ToList();
                errors.ShouldNotBeEmpty();
                if (door.Path == "/events") errors.ShouldEachBe(error => reasons.Contains(error.GetProperty("reason").GetString()!));
            },
            iter: 3000, threads: 4);
    }

    [Fact]
    public async Task Half_a_million_bad_events_are_counted_and_ten_thousand_of_them_named()
    {
        using var response = await Send(
            "POST", "/events", Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat('1', 500_000))}]"));
        var problem = await ShouldBeBad(response);
        problem.GetProperty("detail").GetString()!.ShouldContain("500000 of 500000");
        problem.GetProperty("errors").GetArrayLength().ShouldBe(10_000);
    }

    [Fact]
    public async Task Dots_in_a_path_lead_where_the_path_leads()
    {
        using var taken = await Silo.Post(
            new[] { new { thingName = "dots-kept", connected = true }, new { thingName = "dots-gone", connected = true } });
        using var raw = await RawHttp.To(Silo.HttpPort);
        await raw.Send("DELETE /devices/dots-kept/../dots-gone HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        (await raw.ReadToEnd()).ShouldStartWith("HTTP/1.1 204");
        (await Silo.Status("dots-kept")).ShouldBe("connected");
        (await Silo.Status("dots-gone")).ShouldBeNull();
    }

    [Fact]
    public async Task Who_never_comes_to_an_end_is_told_so_and_the_others_are_served_meanwhile()
    {
        var second = TimeSpan.FromSeconds(1);
        using RawHttp headers = await RawHttp.To(Silo.HttpPort), body = await RawHttp.To(Silo.HttpPort),
            chunks = await RawHttp.To(Silo.HttpPort), nothing = await RawHttp.To(Silo.HttpPort);
        await headers.Send("GET /devices/x HTTP/1.1\r\nHost: localhost\r\n");
        await body.Send(RawHttp.Post("/events", "Content-Length: 100000"));
        await chunks.Send(RawHttp.Post("/events", "Transfer-Encoding: chunked"));
        await nothing.Send(RawHttp.Post("/events", "Content-Length: 100"));
        Task<string>[] slow =
            [headers.Dribble("X: y\r\n", second), body.Dribble("[", second), chunks.Dribble("1\r\n[\r\n", second), nothing.ReadToEnd()];
        var all = Task.WhenAll(slow);

        for (var served = 0; !all.IsCompleted; served++)
        {
            using var taken = await Silo.Post(new { thingName = $"meanwhile-{served}", connected = true });
            taken.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            await Task.WhenAny(all, Task.Delay(second / 4, TimeProvider.System, Cancel));
        }

        foreach (var answer in await all) answer.ShouldStartWith("HTTP/1.1 408");
        foreach (var answer in slow.Skip(1)) (await answer).ShouldContain("application/problem+json");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_byte_more_than_a_megabyte_is_413_and_no_reset(bool chunked)
    {
        var bulk = new byte[OneMiB + 1];
        bulk.AsSpan().Fill((byte)' ');
        using var raw = await RawHttp.To(Silo.HttpPort);
        await raw.Send(RawHttp.Post("/events", chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {bulk.Length}"));
        var answer = raw.ReadToEnd();
        if (chunked) await raw.Send($"{bulk.Length:x}\r\n");
        await raw.Send(bulk);
        if (chunked) await raw.Send("\r\n0\r\n\r\n");

        (await answer).ShouldStartWith("HTTP/1.1 413");
        (await answer).ShouldContain("application/problem+json");
    }

    [Theory]
    [InlineData("GET /devices/x HTTP/1.1\r\nHost: localhost\r\nX: {40000}\r\n\r\n", 431)]
    [InlineData("GET /devices/{9000} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414)]
    [InlineData("GET /devices/a b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET /devices/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET /devices/x HTTP/1.1\r\nHost: [\r\n\r\n", 400)]
    [InlineData("GET /devices/x HTTP/1.1\r\nHost: *\r\n\r\n", 400)]
    [InlineData("GET /devices/x HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /devices?cursor=%FF HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET /devices?limit=%D9%A1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n", 400)]
    public async Task What_is_no_request_is_refused(string request, int status)
    {
        foreach (var length in (int[])[9000, 40000])
            request = request.Replace($"{{{length}}}", new string('x', length), StringComparison.Ordinal);
        using var raw = await RawHttp.To(Silo.HttpPort);
        await raw.Send(request);
        (await raw.ReadToEnd()).ShouldStartWith($"HTTP/1.1 {status}");
    }

    private async Task<HttpResponseMessage> Send(string method, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        // Kestrel answers 413 without reading the body: a client that is still sending may see a broken pipe instead of the answer.
        request.Headers.ExpectContinue = true;
        return await Silo.Http.SendAsync(request, Cancel);
    }

    private static async Task<JsonElement> ShouldBeBad(HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, await response.Content.ReadAsStringAsync(Cancel));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        return await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }
}
