using MQTTnet.Protocol;

namespace IoTOrleans.Events.Mqtt;

/// <param name="Reason">AWS IoT's name for it, so that rules and reports are the same with either broker.</param>
/// <param name="Farewell">What an MQTT 5 client is told; null where it left by itself.</param>
internal sealed record ConnectionEnd(string Reason, MqttDisconnectReasonCode? Farewell)
{
    internal static readonly ConnectionEnd ByClient = new("CLIENT_INITIATED_DISCONNECT", null);
    internal static readonly ConnectionEnd Lost = new("CONNECTION_LOST", null);
    internal static readonly ConnectionEnd KeepAlive = new("MQTT_KEEP_ALIVE_TIMEOUT", MqttDisconnectReasonCode.KeepAliveTimeout);
    internal static readonly ConnectionEnd TakenOver = new("DUPLICATE_CLIENTID", MqttDisconnectReasonCode.SessionTakenOver);
    internal static readonly ConnectionEnd ByUs = new("SERVER_INITIATED_DISCONNECT", MqttDisconnectReasonCode.ServerShuttingDown);
    internal static readonly ConnectionEnd OurError = new("SERVER_ERROR", MqttDisconnectReasonCode.UnspecifiedError);

    /// <summary>Its line was taken out of the file of users or has another hash now, or its CA was taken out of ClientCaFile.</summary>
    internal static readonly ConnectionEnd NotKnownAnyMore = new("AUTH_ERROR", MqttDisconnectReasonCode.NotAuthorized);

    /// <summary>No CONNECT in time. In MQTT that is no connection, so nothing is reported.</summary>
    internal static readonly ConnectionEnd NeverBegun = new("CONNECT_TIMEOUT", null);

    /// <summary>It was no thing, and others need its place. Nothing is reported.</summary>
    internal static readonly ConnectionEnd Evicted = new("SERVER_INITIATED_DISCONNECT", null);

    internal static ConnectionEnd ClientError(MqttDisconnectReasonCode code) => new("CLIENT_ERROR", code);
}

/// <summary>The client broke the protocol or a limit; its connection ends.</summary>
internal sealed class ClientErrorException(string message, MqttDisconnectReasonCode code, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What an MQTT 5 client is told.</summary>
    internal MqttDisconnectReasonCode Code => code;
}
