using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Amazon.SQS.Model;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using MQTTnet;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Names;

/// <summary>Names that trip up paths, wildcards, encodings and keys: the whole way in, through and out, on both storages.</summary>
public sealed class OddNamesTests
{
    private static readonly string[] names =
    [
        "site/1", "/", "a:b", "50%", "a%2Fb", "a%252Fb", "%E3%81%82", "a b", " a", "+", "a+b", "a?b#c", "*", "..", ".", "a/../b", "倉庫の温度計",
        "é", "e\u0301",
        "🚪🌡️", "a\\b", "\"'`;--", "<b>&amp;", "${x}{{y}}", "null", "__proto__", string.Concat(Enumerable.Repeat("🚪", 96)),
        new string('x', 128), new string('界', 128),
    ];

    /// <summary>128 code points are allowed, 512 bytes are not; 129 code points are too many.</summary>
    private static readonly string[] Refused =
        [string.Concat(Enumerable.Repeat("🚪", 128)), new string('x', 129), "a\nb", "a\u0085b", " ", "\u3000\u00a0"];

    /// <summary>Kept with the thing, and in what goes out.</summary>
    private static readonly Dictionary<string, string> Attributes =
        new() { [""] = "", ["a\u0000\r\nb"] = "\uFFFF\u202E\u001b[31m", ["🚪"] = "<!channel> & 界" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Through_MQTT_or_HTTP_and_SQLite_to_a_webhook()
    {
        var (webhook, told) = await Webhook();
        await using var _ = webhook;
        await using var silo = await SiloProcess.Start([.. Common(webhook)]);
        var clients = new MqttClientFactory();
        var connections = new List<IMqttClient>();
        var (byMqtt, byHttp) = (names.Where((_, i) => i % 2 == 0).ToList(), names.Where((_, i) => i % 2 == 1).ToList());

        foreach (var name in byMqtt)
        {
            connections.Add(clients.CreateMqttClient());
            await connections[^1].ConnectAsync(
                clients.CreateClientOptionsBuilder().WithTcpServer("127.0.0.1", silo.MqttPort).WithClientId(name).Build(), Cancel);
        }

        foreach (var name in Refused)
        {
            using var response = await silo.Post(new { thingName = name, connected = true });
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }

        await silo.PostUntilTaken(byHttp.Select(thingName => new { thingName, connected = true }));
        await Journey(silo, told, async () =>
        {
            foreach (var connection in connections) await connection.DisconnectAsync(cancellationToken: Cancel);
            await silo.PostUntilTaken(byHttp.Select(thingName => new { thingName, connected = false, Attributes }));
        });
        connections.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public async Task Through_SQS_and_DynamoDB_to_a_webhook_and_a_FIFO_topic()
    {
        var (aws, dynamo) = (await Fauxqs.Get(), await DynamoDBLocal.Get());
        var dead = await aws.CreateQueue();
        var events = await aws.CreateQueue(attributes: new()
        {
            ["RedrivePolicy"] = JsonSerializer.Serialize(new { deadLetterTargetArn = dead.Arn, maxReceiveCount = 2 }),
        });
        var inbox = await aws.CreateQueue(Fauxqs.NewName() + ".fifo", new() { ["FifoQueue"] = "true" });
        var topic = await aws.CreateTopic(Fauxqs.NewName() + ".fifo");
        await aws.Subscribe(topic, inbox, raw: true);
        using var sqs = aws.CreateSqsClient();
        var (webhook, told) = await Webhook();
        await using var _ = webhook;
        await using var silo = await SiloProcess.Start(
        [
            .. ClusterTests.Storage(dynamo, Fauxqs.NewName()), .. Common(webhook), ("Events:Mqtt:Listen:Port", "0"),
            ("Verify:With", "none"), ("AWS_ENDPOINT_URL", aws.Endpoint.ToString()),
            ("Events:Sqs:QueueUrl", events.Url), ("Notifications:Sns:TopicArn", topic), ("Notifications:Sns:Collapse", "false"),
            ("Notifications:Sns:RateLimit", "0"),
        ]);

        await Send(names.Concat(Refused), connected: true);
        await Journey(silo, told, () => Send(names, connected: false));

        var published = new HashSet<string>();
        await silo.Until(
            async () =>
            {
                published.UnionWith((await Receive(inbox)).Select(body => JsonElement.Parse(body))
                    .Select(body => body.TryGetProperty("sqs", out var machine) ? JsonElement.Parse(machine.GetString()!) : body)
                    .Select(body => body.GetProperty("thingName").GetString()!));
                return published.SetEquals(names);
            },
            "the topic to hear of each");
        var poison = new List<string>();
        await silo.Until(
            async () =>
            {
                poison.AddRange(await Receive(dead));
                return poison.Count == Refused.Length;
            },
            "what is refused in the dead-letter queue");

        async Task Send(IEnumerable<string> things, bool connected)
        {
            foreach (var clientId in things)
            {
                var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
                var eventType = connected ? "connected" : "disconnected";
                var body = JsonSerializer.Serialize(
                    new { clientId, eventType, timestamp, versionNumber = 1, sessionIdentifier = "s", Attributes });
                await sqs.SendMessageAsync(events.Url, body, Cancel);
            }
        }

        async Task<IReadOnlyList<string>> Receive(QueueAddress queue)
        {
            var received = await sqs.ReceiveMessageAsync(new ReceiveMessageRequest(queue.Url) { MaxNumberOfMessages = 10 }, Cancel);
            foreach (var message in received.Messages ?? []) await sqs.DeleteMessageAsync(queue.Url, message.ReceiptHandle, Cancel);
            return [.. (received.Messages ?? []).Select(message => message.Body)];
        }
    }

    /// <summary>Connected already: found, muted, given a policy, lost, told of, forgotten.</summary>
    private static async Task Journey(SiloProcess silo, ConcurrentBag<JsonElement> told, Func<Task> drop)
    {
        foreach (var name in names)
        {
            await silo.Until(async () => await Listed(silo, name) is { } thing && thing.GetProperty("status").GetString() == "connected",
                $"{name} is connected");
            if (!IsDots(name)) (await silo.Device(name)).GetProperty("thingName").GetString().ShouldBe(name);

            using var mute = await silo.Http.PutAsJsonAsync("/mutes/odd", new { thing = name, untilRecovered = true }, Cancel);
            mute.EnsureSuccessStatusCode();
            (await Listed(silo, name))!.Value.GetProperty("mutedBy").EnumerateArray().Select(id => id.GetString()).ShouldBe(["odd"], name);
            if (IsDots(name)) continue;

            using var policy = await silo.Http.PutAsJsonAsync(
                $"/devices/{Uri.EscapeDataString(name)}/policy", new { grace = "2s" }, Cancel);
            policy.StatusCode.ShouldBe(HttpStatusCode.OK, name);
            var path = $"/devices/{Uri.EscapeDataString(name)}/policy";
            (await silo.Http.GetFromJsonAsync<JsonElement>(path, Cancel)).GetProperty("grace").GetString().ShouldBe("2s", name);
        }

        using var unmuted = await silo.Http.DeleteAsync("/mutes/odd", Cancel);
        await silo.Until(
            async () => (await Listed(silo, names[^1]))!.Value.GetProperty("mutedBy").GetArrayLength() == 0, "the mute to be over");
        await drop();

        await silo.Until(() => told.Count >= names.Length, "the webhook to hear of each");
        told.Select(body => body.GetProperty("thingName").GetString()!).Order(StringComparer.Ordinal)
            .ShouldBe(names.Order(StringComparer.Ordinal));
        foreach (var name in names)
        {
            (await Page(silo, $"status=offline&prefix={Uri.EscapeDataString(name)}")).ShouldContain(name);
            if (IsDots(name)) continue;
            using var forgotten = await silo.Http.DeleteAsync($"/devices/{Uri.EscapeDataString(name)}", Cancel);
            forgotten.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            (await Listed(silo, name)).ShouldBeNull();
        }
    }

    /// <summary>Every client and Kestrel itself resolve these in a path: they are found by <c>thingName=</c> alone.</summary>
    private static bool IsDots(string name) => name is "." or "..";

    private static async Task<JsonElement?> Listed(SiloProcess silo, string name)
    {
        var items = (await silo.Http.GetFromJsonAsync<JsonElement>($"/devices?thingName={Uri.EscapeDataString(name)}", Cancel))
            .GetProperty("items").EnumerateArray().ToList();
        return items.Count == 0 ? null : items.ShouldHaveSingleItem();
    }

    private static async Task<List<string>> Page(SiloProcess silo, string query)
    {
        var things = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await silo.Http.GetFromJsonAsync<JsonElement>($"/devices?{query}&limit=1000&cursor={cursor}", Cancel);
            things.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("thingName").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }

        return things;
    }

    private static (string, string)[] Common(HttpStub webhook) =>
    [
        ("Presence:Grace", "2s"), ("Presence:SettleTime", "1s"), ("Events:Http:Enabled", "true"),
        ("Notifications:Webhook:Url", webhook.Address.ToString()),
        ("Notifications:Webhook:Collapse", "false"), ("Notifications:Webhook:RateLimit", "0"),
    ];

    private static async Task<(HttpStub Webhook, ConcurrentBag<JsonElement> Told)> Webhook()
    {
        var told = new ConcurrentBag<JsonElement>();
        var stub = await HttpStub.Start((request, _) =>
        {
            told.Add(JsonElement.Parse(request.Text));
            return Task.FromResult(new StubAnswer(204));
        });
        return (stub, told);
    }
}
