using System.Security.Cryptography;
using System.Text;
using IoTOrleans.Events.Machine;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using Microsoft.Extensions.Options;

namespace IoTOrleans.Events.Mqtt;

/// <summary>Who may come in, and under which name.</summary>
internal sealed class Authenticator(IOptions<MqttBrokerOptions> options, BrokerOutbox outbox, MemoryGauge memory)
{
    private const string NamePrefix = "auto-";

    private readonly byte[]? username = DigestOf(options.Value.Username);
    private readonly byte[]? password = DigestOf(options.Value.Password);

    internal Admission Judge(MqttConnectPacket connect, MqttProtocolVersion version)
    {
        if (connect.AuthenticationMethod is not null)
        {
            return Admission.Refused(
                MqttConnectReasonCode.BadAuthenticationMethod, "authentication-method", "Only user name and password are supported.");
        }

        if (!Knows(connect))
        {
            return Admission.Refused(MqttConnectReasonCode.BadUserNameOrPassword, "credentials", "Wrong user name or password.");
        }

        if (IsNameless(connect.ClientId)) return Admission.GrantedToNobody(version == MqttProtocolVersion.V500 ? NewName() : null);
        if (!ThingName.IsValid(connect.ClientId, out var why))
        {
            return Admission.Refused(MqttConnectReasonCode.ClientIdentifierNotValid, "identifier", why!);
        }

        // What the decoder puts where the bytes are no UTF-8: two such names could be one and the same.
        if (connect.ClientId.Contains('\uFFFD'))
        {
            return Admission.Refused(MqttConnectReasonCode.ClientIdentifierNotValid, "identifier", "The client identifier is not UTF-8.");
        }

        if (memory.IsFull) return Admission.Refused(MqttConnectReasonCode.ServerUnavailable, "memory", "There is no memory for more.");
        return outbox.HasRoomFor(connect.ClientId)
            ? Admission.Granted(connect.ClientId)
            : Admission.Refused(MqttConnectReasonCode.ServerUnavailable, "storage", "Too much waits to be stored.");
    }

    /// <summary>
    /// A client that leaves its name to the broker is served, but no thing: it would be another one each time. MQTT 5 tells it
    /// the name, and it may come back under that.
    /// </summary>
    private static bool IsNameless(string? clientId) =>
        string.IsNullOrEmpty(clientId)
        || (clientId.StartsWith(NamePrefix, StringComparison.Ordinal)
            && Guid.TryParseExact(clientId.AsSpan(NamePrefix.Length), "N", out _));

    private static string NewName() => NamePrefix + Guid.NewGuid().ToString("N");

    private bool Knows(MqttConnectPacket connect)
    {
        if (username is null || password is null) return true;

        // Digests, because the comparison takes constant time only for equal lengths; and both parts, always.
        var usernameFits = CryptographicOperations.FixedTimeEquals(
            username, SHA256.HashData(Encoding.UTF8.GetBytes(connect.Username ?? "")));
        var passwordFits = CryptographicOperations.FixedTimeEquals(password, SHA256.HashData(connect.Password ?? []));
        return usernameFits & passwordFits;
    }

    private static byte[]? DigestOf(string? text) => string.IsNullOrEmpty(text) ? null : SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

/// <param name="ThingName">null: served, but not a thing.</param>
/// <param name="AssignedClientId">The name that an MQTT 5 client left to us.</param>
/// <param name="Metric">Why not, as a metric tag.</param>
/// <param name="Why">Why not, for a person.</param>
internal sealed record Admission(MqttConnectReasonCode Code, string? ThingName, string? AssignedClientId, string? Metric, string? Why)
{
    internal bool IsGranted => Code == MqttConnectReasonCode.Success;

    internal static Admission Granted(string thingName) => new(MqttConnectReasonCode.Success, thingName, null, null, null);

    internal static Admission GrantedToNobody(string? assignedClientId) =>
        new(MqttConnectReasonCode.Success, null, assignedClientId, null, null);

    internal static Admission Refused(MqttConnectReasonCode code, string metric, string why) => new(code, null, null, metric, why);
}
