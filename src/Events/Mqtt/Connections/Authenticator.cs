using System.Security.Cryptography;
using System.Text;
using IoTOrleans.Events.Machine;
using IoTOrleans.Grains.Policies;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using Microsoft.Extensions.Options;

namespace IoTOrleans.Events.Mqtt;

/// <summary>Decides whether a client may connect, and under which name.</summary>
internal sealed class Authenticator(
    IOptions<MqttBrokerOptions> options, BrokerOutbox outbox, MemoryGauge memory, ThingLimit things, ThingFilter watched)
{
    /// <summary>Would be let in, but all connections are in use.</summary>
    internal static readonly Admission Full =
        Refused(MqttConnectReasonCode.ServerUnavailable, "limit", "All connections are in use.");

    private const string NamePrefix = "auto-";

    private readonly byte[]? _username = DigestOf(options.Value.Username);
    private readonly byte[]? _password = DigestOf(options.Value.Password);

    internal async ValueTask<Admission> Admit(MqttConnectPacket connect, MqttProtocolVersion version)
    {
        var admission = Judge(connect, version);
        if (admission.ThingName is not { } thingName || !watched.Watches(thingName)) return admission;
        try
        {
            return await things.HasRoomFor(thingName)
                ? admission : Refused(MqttConnectReasonCode.ServerUnavailable, "things", things.Why);
        }
        catch (Exception)
        {
            // The outbox says in the log what is wrong with storage.
            return Refused(MqttConnectReasonCode.ServerUnavailable, "storage", "Storage does not answer.");
        }
    }

    internal Admission Judge(MqttConnectPacket connect, MqttProtocolVersion version)
    {
        if (connect.AuthenticationMethod is not null)
        {
            return Refused(
                MqttConnectReasonCode.BadAuthenticationMethod, "authentication-method", "Only user name and password are supported.");
        }

        if (!Knows(connect)) return Refused(MqttConnectReasonCode.BadUserNameOrPassword, "credentials", "Wrong user name or password.");
        if (IsNameless(connect.ClientId))
            return new(MqttConnectReasonCode.Success, AssignedClientId: version == MqttProtocolVersion.V500 ? NewName() : null);
        if (!ThingName.IsValid(connect.ClientId, out var why))
            return Refused(MqttConnectReasonCode.ClientIdentifierNotValid, "identifier", why!);

        // The decoder replaces bytes that are not UTF-8 by U+FFFD, so two different names could become the same.
        if (connect.ClientId.Contains('\uFFFD'))
            return Refused(MqttConnectReasonCode.ClientIdentifierNotValid, "identifier", "The client identifier is not UTF-8.");
        if (memory.IsFull) return Refused(MqttConnectReasonCode.ServerUnavailable, "memory", "There is no memory for more things.");
        return outbox.HasRoomFor(connect.ClientId)
            ? new(MqttConnectReasonCode.Success, connect.ClientId)
            : Refused(MqttConnectReasonCode.ServerUnavailable, "storage", "Too many changes wait to be stored.");
    }

    private static Admission Refused(MqttConnectReasonCode code, string metric, string why) => new(code, Metric: metric, Why: why);

    /// <summary>
    /// A client that leaves its name to the broker is served but is not a thing: it would be a new one each time. An MQTT 5 client learns
    /// the name, and may come back under it.
    /// </summary>
    private static bool IsNameless(string? clientId) =>
        string.IsNullOrEmpty(clientId)
        || (clientId.StartsWith(NamePrefix, StringComparison.Ordinal)
            && Guid.TryParseExact(clientId.AsSpan(NamePrefix.Length), "N", out _));

    private static string NewName() => NamePrefix + Guid.NewGuid().ToString("N");

    private bool Knows(MqttConnectPacket connect)
    {
        if (_username is null || _password is null) return true;

        // Digests, because the comparison takes constant time only for equal lengths. Always both parts.
        var usernameFits = CryptographicOperations.FixedTimeEquals(
            _username, SHA256.HashData(Encoding.UTF8.GetBytes(connect.Username ?? "")));
        var passwordFits = CryptographicOperations.FixedTimeEquals(_password, SHA256.HashData(connect.Password ?? []));
        return usernameFits & passwordFits;
    }

    private static byte[]? DigestOf(string? text) => string.IsNullOrEmpty(text) ? null : SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

/// <param name="ThingName">null: the client is served, but is not a thing.</param>
/// <param name="AssignedClientId">The name that the broker gave to an MQTT 5 client.</param>
/// <param name="Metric">Why the client was refused, as a metric tag.</param>
/// <param name="Why">Why the client was refused, for a person.</param>
internal sealed record Admission(
    MqttConnectReasonCode Code, string? ThingName = null, string? AssignedClientId = null, string? Metric = null, string? Why = null)
{
    internal bool IsGranted => Code == MqttConnectReasonCode.Success;
}
