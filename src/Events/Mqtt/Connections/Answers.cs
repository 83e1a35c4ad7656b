using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// The packets with which the broker answers. It only watches: it acknowledges everything as MQTT demands and keeps nothing, so each answer
/// follows from one packet.
/// </summary>
internal static class Answers
{
    internal static MqttConnAckPacket ToConnect(Admission admission, int maxPacketBytes) => new()
    {
        ReasonCode = admission.Code,
        ReturnCode = MqttConnectReasonCodeConverter.ToConnectReturnCode(admission.Code),
        ReasonString = admission.Why,
        AssignedClientIdentifier = admission.AssignedClientId,
        MaximumPacketSize = (uint)maxPacketBytes,
        IsSessionPresent = false,

        // All of these cost nothing, and some clients do not work without them.
        MaximumQoS = MqttQualityOfServiceLevel.ExactlyOnce,
        RetainAvailable = true,
        SharedSubscriptionAvailable = true,
        SubscriptionIdentifiersAvailable = true,
        WildcardSubscriptionAvailable = true,
    };

    /// <returns>null: no answer.</returns>
    internal static MqttPacket? To(MqttPacket packet) => packet switch
    {
        MqttPublishPacket publish => ToPublish(publish),
        MqttPubRelPacket release => new MqttPubCompPacket { PacketIdentifier = release.PacketIdentifier },
        MqttSubscribePacket subscribe => ToSubscribe(subscribe),
        MqttUnsubscribePacket unsubscribe => ToUnsubscribe(unsubscribe),
        MqttPingReqPacket => MqttPingRespPacket.Instance,

        // Acknowledges a message that an earlier broker sent.
        MqttPubAckPacket or MqttPubRecPacket or MqttPubCompPacket => null,
        MqttConnectPacket => throw Error("a second CONNECT"),
        _ => throw Error("a packet that only brokers send"),
    };

    // "No matching subscribers" counts as success.
    private static MqttPacket? ToPublish(MqttPublishPacket publish) => publish.QualityOfServiceLevel switch
    {
        MqttQualityOfServiceLevel.AtMostOnce => null,
        MqttQualityOfServiceLevel.AtLeastOnce => new MqttPubAckPacket
        {
            PacketIdentifier = publish.PacketIdentifier,
            ReasonCode = MqttPubAckReasonCode.NoMatchingSubscribers,
        },
        MqttQualityOfServiceLevel.ExactlyOnce => new MqttPubRecPacket
        {
            PacketIdentifier = publish.PacketIdentifier,
            ReasonCode = MqttPubRecReasonCode.NoMatchingSubscribers,
        },
        _ => throw Error("a PUBLISH of QoS 3"),
    };

    private static MqttSubAckPacket ToSubscribe(MqttSubscribePacket subscribe)
    {
        if (subscribe.TopicFilters.Count == 0) throw Error("a SUBSCRIBE to nothing");
        if (subscribe.TopicFilters.Any(filter => filter.QualityOfServiceLevel > MqttQualityOfServiceLevel.ExactlyOnce))
            throw Error("a SUBSCRIBE with QoS 3");
        return new MqttSubAckPacket
        {
            PacketIdentifier = subscribe.PacketIdentifier,
            ReasonCodes = [.. subscribe.TopicFilters.Select(filter => (MqttSubscribeReasonCode)filter.QualityOfServiceLevel)],
        };
    }

    private static MqttUnsubAckPacket ToUnsubscribe(MqttUnsubscribePacket unsubscribe)
    {
        if (unsubscribe.TopicFilters.Count == 0) throw Error("an UNSUBSCRIBE from nothing");
        return new MqttUnsubAckPacket
        {
            PacketIdentifier = unsubscribe.PacketIdentifier,
            ReasonCodes = [.. unsubscribe.TopicFilters.Select(_ => MqttUnsubscribeReasonCode.Success)],
        };
    }

    private static ClientErrorException Error(string what) => new(what, MqttDisconnectReasonCode.ProtocolError);
}
