using MQTTnet.Protocol;

namespace IoTOrleans.Silo.Events.Mqtt;

/// <summary>The client broke the protocol, or our limits: its connection ends, nobody else's.</summary>
internal sealed class ClientErrorException(string message, MqttDisconnectReasonCode code, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What an MQTT 5 client is told.</summary>
    internal MqttDisconnectReasonCode Code { get; } = code;
}
