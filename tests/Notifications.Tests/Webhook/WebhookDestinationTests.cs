using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Http;
using IoTOrleans.Settings;
using IoTOrleans.Testing.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Notifications.Tests.Webhook;

public sealed class WebhookDestinationTests
{
    [Fact]
    public async Task The_machine_body_is_posted_as_JSON_and_2xx_is_done()
    {
        await using var stub = await HttpStub.Start(new StubAnswer(204));

        (await Send(stub.Address + "hooks/iot?x=1")).ShouldBe(DeliveryAnswer.Accepted("HTTP 204"));

        var sent = stub.Requests.ShouldHaveSingleItem();
        (sent.Method, sent.Target).ShouldBe(("POST", "/hooks/iot?x=1"));
        sent.Headers["Content-Type"].ShouldBe("application/json");
        sent.Text.ShouldBe(Sample.English.Render(Sample.Offline).Json);
        sent.Headers.Keys.Where(name => name.StartsWith("webhook-", StringComparison.OrdinalIgnoreCase)).ShouldBe(["webhook-id"]);
        sent.Headers["webhook-id"].ShouldBe(Sample.Offline.Key);
    }

    [Fact]
    public async Task An_incident_is_posted_like_anything_else()
    {
        await using var stub = await HttpStub.Start(new StubAnswer(204));
        await using var hook = Hook(stub.Address.ToString());

        var third = Sample.FleetOutage with { Number = 3 };
        (await hook.Send(third)).ShouldBe(DeliveryAnswer.Accepted("HTTP 204"));
        var sent = stub.Requests.ShouldHaveSingleItem();
        sent.Text.ShouldBe(Sample.English.Render(third).Json);
        sent.Headers["webhook-id"].ShouldBe($"{Sample.FleetOutage.IncidentId}.fleet.outage.3");
    }

    [Fact]
    public async Task With_a_secret_the_receiver_can_check_who_it_was_and_drop_a_repeat()
    {
        await using var stub = await HttpStub.Start(new StubAnswer(200));
        var time = new FakeTimeProvider(Sample.Since);
        var secret = "whsec_" + Convert.ToBase64String("0123456789012345678901234567"u8);
        await using var hook = Hook(stub.Address.ToString(), time, secret);

        await hook.Send(Sample.StillOffline);
        time.Advance(TimeSpan.FromMinutes(1));
        await hook.Send(Sample.StillOffline);

        stub.Requests.Select(request => request.Headers["webhook-id"]).Distinct().ShouldBe([Sample.StillOffline.Key]);
        stub.Requests.Select(request => long.Parse(request.Headers["webhook-timestamp"], null))
            .ShouldBe([Sample.Since.ToUnixTimeSeconds(), Sample.Since.ToUnixTimeSeconds() + 60]);
        foreach (var request in stub.Requests)
        {
            var signed = Encoding.UTF8.GetBytes($"{request.Headers["webhook-id"]}.{request.Headers["webhook-timestamp"]}.{request.Text}");
            var expected = HMACSHA256.HashData("0123456789012345678901234567"u8, signed);
            request.Headers["webhook-signature"].ShouldBe("v1," + Convert.ToBase64String(expected));
        }
    }

    [Theory]
    [InlineData(200, DeliveryOutcome.Accepted)]
    [InlineData(202, DeliveryOutcome.Accepted)]
    [InlineData(400, DeliveryOutcome.Refused)]
    [InlineData(401, DeliveryOutcome.Refused)]
    [InlineData(403, DeliveryOutcome.Refused)]
    [InlineData(404, DeliveryOutcome.Refused)]
    [InlineData(410, DeliveryOutcome.Refused)]
    [InlineData(408, DeliveryOutcome.Failed)]
    [InlineData(429, DeliveryOutcome.Failed)]
    [InlineData(500, DeliveryOutcome.Failed)]
    [InlineData(503, DeliveryOutcome.Failed)]
    public async Task The_status_decides_and_nothing_is_tried_twice(int status, DeliveryOutcome outcome)
    {
        await using var stub = await HttpStub.Start(new StubAnswer(status));

        var answer = await Send(stub.Address.ToString());

        answer.ShouldBe(new DeliveryAnswer(outcome, $"HTTP {status}"));
        stub.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_receiver_that_closes_after_each_answer_loses_no_notification()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var receiving = Receive();
        await using var hook = Hook($"http://{listener.LocalEndpoint}/hook");
        for (var i = 0; i < 3; i++) (await hook.Send(Sample.Offline)).ShouldBe(DeliveryAnswer.Accepted("HTTP 204"));
        await receiving.WaitAsync(TimeSpan.FromSeconds(20));

        // HTTP/1.0 as of Python's http.server, closing late: whoever sends a second request on the connection gets no answer.
        async Task Receive()
        {
            for (var i = 0; i < 3; i++)
            {
                using var connection = await listener.AcceptTcpClientAsync();
                await using var stream = connection.GetStream();
                var received = "";
                var buffer = new byte[65536];
                while (!received.EndsWith('}')) received += Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer));
                await stream.WriteAsync("HTTP/1.0 204 No Content\r\n\r\n"u8.ToArray());
                await stream.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false);
            }
        }
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await HttpStub.Start(new StubAnswer(200));
        await using var stub = await HttpStub.Start(
            new StubAnswer(307) { Headers = new Dictionary<string, string> { ["Location"] = elsewhere.Address.ToString() } });

        var answer = await Send(stub.Address.ToString());

        answer.ShouldBe(DeliveryAnswer.Failed("HTTP 307: redirects are not followed; set Notifications:Webhook:Url to where it leads."));
        elsewhere.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refusal_quotes_the_beginning_of_what_the_receiver_says()
    {
        await using var stub = await HttpStub.Start(new StubAnswer(400, "field \"url\"\r\nis missing " + new string('x', 1_000_000)));

        var answer = await Send(stub.Address.ToString());

        answer.Outcome.ShouldBe(DeliveryOutcome.Refused);
        answer.Detail.ShouldNotBeNull().ShouldStartWith("HTTP 400: field \"url\"  is missing xxx");
        answer.Detail.Length.ShouldBeLessThan(220);
    }

    [Fact]
    public async Task Silence_is_a_failure_when_the_time_is_over()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        await using var stub = await HttpStub.Start(async (_, aborted) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted);
            return new StubAnswer(200);
        });

        var answer = Send(stub.Address.ToString(), time);
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(15));

        (await answer).ShouldBe(DeliveryAnswer.Failed($"{stub.Address.Authority} did not answer within 15 s."));
    }

    [Fact]
    public async Task Nobody_there_is_a_failure_that_does_not_give_the_path_away()
    {
        var nobody = await HttpStub.Start(new StubAnswer(200));
        var address = nobody.Address;
        await nobody.DisposeAsync();

        var answer = await Send(address + "secret-token");

        answer.Outcome.ShouldBe(DeliveryOutcome.Failed);
        answer.Detail.ShouldNotBeNull().ShouldContain("refused", Case.Insensitive);
        answer.Detail.ShouldNotContain("secret-token");
    }

    [Fact]
    public async Task Only_the_callers_own_cancellation_gets_out()
    {
        await using var stub = await HttpStub.StartSilent();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        await using var hook = Hook(stub.Address.ToString());

        await Should.ThrowAsync<OperationCanceledException>(() => hook.Destination.Send(Sample.Offline, stop.Token));
    }

    [Theory]
    [InlineData("", "Notifications:Webhook:Url is not an address: say all of it, for example https://example.net/hooks/iot.")]
    [InlineData("example.net/hook",
        "Notifications:Webhook:Url is not an address: say all of it, for example https://example.net/hooks/iot.")]
    [InlineData("ftp://example.net/",
        "Notifications:Webhook:Url is not an address: say all of it, for example https://example.net/hooks/iot.")]
    [InlineData("https://me:pw@example.net/",
        "Notifications:Webhook:Url holds a user name or password, which would not be sent: use a secret, a token or a header beside it, "
            + "or a token in the path.")]
    public void An_address_that_cannot_work_is_refused_at_start(string url, string message) =>
        Should.Throw<StartupException>(() => HttpTarget.Parse("Notifications:Webhook:Url", url)).Message.ShouldBe(message);

    [Fact]
    public void Two_webhooks_have_two_names()
    {
        using var services = Configured.Services(Configured.ReadAll(
            ("Notifications:Webhook:Url", "https://a.example/"),
            ("Notifications:Destinations:pager:Type", "webhook"),
            ("Notifications:Destinations:pager:Url", "https://b.example/")));

        services.GetServices<INotificationDestination>().Select(destination => destination.Name).ShouldBe(["webhook", "pager"]);
    }

    private static async Task<DeliveryAnswer> Send(string url, TimeProvider? time = null)
    {
        await using var hook = Hook(url, time);
        return await hook.Send(Sample.Offline);
    }

    private static Configured Hook(string url, TimeProvider? time = null, string secret = "") =>
        Configured.Of(time, ("Notifications:Webhook:Url", url), ("Notifications:Webhook:Secret", secret));
}
