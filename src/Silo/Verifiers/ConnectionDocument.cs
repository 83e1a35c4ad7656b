using IoTOrleans.Events.Parsing;

namespace IoTOrleans.Silo.Verifiers;

/// <summary>Reads what GetConnection answers about a client.</summary>
internal static class ConnectionDocument
{
    private const string KeepAliveTimeout = "MQTT_KEEP_ALIVE_TIMEOUT";

    /// <summary>Seconds. AWS treats a keep-alive of 0, or a longer one, as this, and a shorter one than the other as that.</summary>
    private const int LongestKeepAlive = 1200;

    private const int ShortestKeepAlive = 30;

    /// <summary>After so many keep-alives without a word AWS ends a connection (developer guide, "Lifecycle events").</summary>
    private const double KeepAlivesOfSilence = 1.5;

    public static ClientAnswer Read(string client, ReadOnlyMemory<byte> document)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return Read(client, json.RootElement);
        }
        catch (JsonException)
        {
            return new(client, VerifierVerdict.Failed, Detail: "The answer is not JSON: is this endpoint the IoT data plane?");
        }
    }

    private static ClientAnswer Read(string client, JsonElement connection) => connection.Find("connected")?.ValueKind switch
    {
        JsonValueKind.True when Time(connection, "connectedSince") is { } since => new(client, VerifierVerdict.Connected, since),
        JsonValueKind.True => new(client, VerifierVerdict.DoesNotKnow,
            Detail: "The answer has no connectedSince, so nobody can tell whether the client has come back."),
        JsonValueKind.False => Disconnected(client, connection, Time(connection, "disconnectedSince")),
        _ => new(client, VerifierVerdict.DoesNotKnow, Detail: "The answer has no boolean connected."),
    };

    private static ClientAnswer Disconnected(string client, JsonElement connection, DateTimeOffset? since) => new(
        client, VerifierVerdict.Disconnected, since,
        LastHeard: since is { } end && Silence(connection) is { } silence ? new(end - silence, end) : null);

    /// <summary>
    /// For how long AWS had not heard of the client when it gave up, at most. AWS does not say how exact its timer is, so that the client
    /// may have been heard at any time since then.
    /// </summary>
    private static TimeSpan? Silence(JsonElement connection)
    {
        if (connection.Find("disconnectReason") is not { ValueKind: JsonValueKind.String } reason) return null;
        if (reason.TextOrNull() != KeepAliveTimeout) return null;
        if (connection.Find("keepAliveDuration") is not { ValueKind: JsonValueKind.Number } number || !number.TryGetInt64(out var seconds))
            return null;
        if (seconds is <= 0 or > LongestKeepAlive) seconds = LongestKeepAlive;
        return TimeSpan.FromSeconds(Math.Max(seconds, ShortestKeepAlive) * KeepAlivesOfSilence);
    }

    /// <summary>In epoch milliseconds. AWS keeps the end of a connection for 30 minutes (GetConnection, disconnectedSince).</summary>
    private static DateTimeOffset? Time(JsonElement connection, string name) =>
        connection.Find(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var milliseconds)
            && milliseconds is > 0 and <= 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
