using System.Collections.Concurrent;
using System.Text.Json;
using IoTOrleans.Testing.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace IoTOrleans.Testing.Emulators;

/// <summary>
/// The IoT data plane as far as GetThingShadow and GetConnection go: there is no emulator of it. It refuses what AWS would refuse: a
/// request that is not signed, or not for the service <c>iotdata</c>.
/// </summary>
public sealed class IotDataStub : IAsyncDisposable
{
    public const string AccessKey = "AKIDEXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private readonly ConcurrentDictionary<(string Thing, string? Shadow), StubAnswer> _shadows = new();
    private readonly ConcurrentDictionary<string, StubAnswer> _connections = new();
    private readonly ConcurrentQueue<StubAnswer> _next = new();
    private HttpStub? _http;

    private IotDataStub()
    {
    }

    /// <summary>For <c>AWS_ENDPOINT_URL_IOT_DATA_PLANE</c>.</summary>
    public Uri Endpoint => _http!.Address;

    public IReadOnlyList<RecordedRequest> Requests => _http!.Requests;

    public static async Task<IotDataStub> Start()
    {
        var stub = new IotDataStub();
        stub._http = await HttpStub.Start((request, _) => Task.FromResult(stub.Answer(request)));
        return stub;
    }

    /// <summary>The shadow document of a thing, as it stands in AWS.</summary>
    /// <param name="shadowName">null: the classic shadow.</param>
    public void Put(string thingName, string document, string? shadowName = null) =>
        _shadows[(thingName, shadowName)] = StubAnswer.Json(200, document);

    /// <summary>A shadow whose <c>reported.connected</c> was last written at this time.</summary>
    public void Put(string thingName, bool connected, DateTimeOffset changedAt, long version, string? shadowName = null) => Put(
        thingName,
        JsonSerializer.Serialize(new
        {
            state = new { reported = new { connected } },
            metadata = new { reported = new { connected = new { timestamp = changedAt.ToUnixTimeSeconds() } } },
            version,
            timestamp = changedAt.ToUnixTimeSeconds(),
        }),
        shadowName);

    /// <summary>False: an endpoint of before GetConnection, or of an emulator.</summary>
    public bool KnowsConnections { get; set; } = true;

    /// <summary>What AWS knows of the connection of an MQTT client.</summary>
    public void PutConnection(string clientId, string document) => _connections[clientId] = StubAnswer.Json(200, document);

    public void Connected(string clientId, DateTimeOffset since) => PutConnection(clientId, JsonSerializer.Serialize(new
    {
        clientId, connected = true, connectedSince = since.ToUnixTimeMilliseconds(), cleanSession = true, keepAliveDuration = 60,
        sessionExpiry = 0,
    }));

    /// <param name="since">null: longer ago than AWS remembers.</param>
    public void Disconnected(string clientId, DateTimeOffset? since, string reason = "CONNECTION_LOST", int keepAlive = 60) =>
        PutConnection(clientId, JsonSerializer.Serialize(new
        {
            clientId, connected = false, disconnectedSince = since?.ToUnixTimeMilliseconds(), disconnectReason = reason,
            cleanSession = true, keepAliveDuration = keepAlive, sessionExpiry = 0,
        }));

    /// <summary>Answers the next request with this, whatever it asks for; more of them queue up.</summary>
    public void AnswerNext(StubAnswer answer) => _next.Enqueue(answer);

    /// <summary>As AWS words an error of its REST services.</summary>
    public static StubAnswer Error(int status, string code, string message) =>
        StubAnswer.Json(status, JsonSerializer.Serialize(new { message })) with
        {
            Headers = new Dictionary<string, string> { ["x-amzn-ErrorType"] = code },
        };

    public ValueTask DisposeAsync() => _http!.DisposeAsync();

    private StubAnswer Answer(RecordedRequest request)
    {
        var signature = SignatureV4.Read(request);
        if (signature is not { AccessKey: AccessKey, Service: "iotdata" } || !signature.IsValid(request, SecretKey))
        {
            return Error(403, "ForbiddenException", "The request signature we calculated does not match the signature you provided.");
        }
        if (_next.TryDequeue(out var prepared)) return prepared;

        return (request.Method, request.Path.Split('/')) switch
        {
            ("GET", ["", "things", var thing, "shadow"]) => Shadow(request, thing),
            ("GET", ["", "connections", var client]) when KnowsConnections => Connection(Uri.UnescapeDataString(client)),
            _ => Error(404, "UnknownOperationException", "No such route."),
        };
    }

    private StubAnswer Connection(string clientId) => _connections.TryGetValue(clientId, out var connection)
        ? connection : Error(404, "ResourceNotFoundException", $"No client exists with ID: '{clientId}'");

    private StubAnswer Shadow(RecordedRequest request, string thing)
    {
        var name = QueryHelpers.ParseQuery(request.Query).TryGetValue("name", out var value) ? value.ToString() : null;
        return _shadows.TryGetValue((Uri.UnescapeDataString(thing), name), out var shadow)
            ? shadow
            : Error(404, "ResourceNotFoundException", $"No shadow exists with name: '{Uri.UnescapeDataString(thing)}'");
    }
}
