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
    IOptions<MqttBrokerOptions> options, BrokerCredentials credentials, PasswordCheck passwords, BrokerOutbox outbox, MemoryGauge memory,
    ThingLimit things, ThingFilter watched, TimeProvider time, ILogger<FailedTries> logger) : IDisposable
{
    /// <summary>Would be let in, but all connections are in use.</summary>
    internal static readonly Admission Full =
        Refused(MqttConnectReasonCode.ServerUnavailable, "limit", "All connections are in use.");

    private const string NamePrefix = "auto-";

    private readonly FailedTries _failed = new("An MQTT client without valid credentials", time, logger);
    private readonly byte[]? _username = DigestOf(options.Value.Username);
    private readonly byte[]? _password = DigestOf(options.Value.Password);

    internal ServerTls? Tls => credentials.Tls;

    public void Dispose() => _failed.Dispose();

    /// <summary>Whether the line or the CA with which a client came in is still there.</summary>
    internal bool StillAccepts(Admission admission) =>
        (admission.User is not { } user || credentials.Users?.Has(user) == true)
        && (admission.Root is not { } root || credentials.Tls?.Trusts(root) == true);

    /// <param name="certified">null: the client has shown no certificate.</param>
    internal async ValueTask<Admission> Admit(
        MqttConnectPacket connect, MqttProtocolVersion version, CertifiedClient? certified, ClientAddress from)
    {
        var admission = await Judge(connect, version, certified, from);
        if (admission.ThingName is not { } thingName || !watched.Watches(thingName)) return admission;
        try
        {
            return await things.HasRoomFor(thingName)
                ? admission : Refused(MqttConnectReasonCode.ServerUnavailable, "things", things.Why);
        }
        catch (Exception)
        {
            // Storage does not answer, and the outbox says so in the log. A thing that is refused would be told offline. What is let in
            // here waits in the outbox, which has its own limit.
            return admission;
        }
    }

    private async ValueTask<Admission> Judge(
        MqttConnectPacket connect, MqttProtocolVersion version, CertifiedClient? certified, ClientAddress from)
    {
        if (connect.AuthenticationMethod is not null)
        {
            return Refused(
                MqttConnectReasonCode.BadAuthenticationMethod, "authentication-method", "Only user name and password are supported.");
        }

        var known = await Identify(connect, certified, from);
        if (!known.IsGranted) return known;
        if (IsNameless(connect.ClientId)) return known with { AssignedClientId = version == MqttProtocolVersion.V500 ? NewName() : null };
        if (!ThingName.IsValid(connect.ClientId, out var why))
            return Refused(MqttConnectReasonCode.ClientIdentifierNotValid, "identifier", why!);

        // The decoder replaces bytes that are not UTF-8 by U+FFFD, so two different names could become the same.
        if (connect.ClientId.Contains('\uFFFD'))
            return Refused(MqttConnectReasonCode.ClientIdentifierNotValid, "identifier", "The client identifier is not UTF-8.");
        if (memory.IsFull) return Refused(MqttConnectReasonCode.ServerUnavailable, "memory", "There is no memory for more things.");
        return outbox.HasRoomFor(connect.ClientId)
            ? known with { ThingName = connect.ClientId }
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

    /// <summary>Any one of its credentials is enough. A client without a name is no thing, so it may have any of them.</summary>
    private async ValueTask<Admission> Identify(MqttConnectPacket connect, CertifiedClient? certified, ClientAddress from)
    {
        if (!options.Value.AsksWho || KnowsShared(connect)) return new(MqttConnectReasonCode.Success);
        if (certified?.Names.Any(Covers) == true) return new(MqttConnectReasonCode.Success, Root: certified.Root);
        if (credentials.Users is not { } users || (certified is not null && connect.Username is null)) return Unknown();
        switch (await passwords.Check(users, connect.Username, connect.Password ?? [], from))
        {
            case PasswordVerdict.Busy:
                return Refused(MqttConnectReasonCode.ServerUnavailable, "busy", "Too many passwords are being checked; it may try again.");
            case PasswordVerdict.Right when users.Find(connect.Username) is { } user:
                return Covers(user.Name) ? new(MqttConnectReasonCode.Success, User: user) : Refused(
                    MqttConnectReasonCode.NotAuthorized, "identifier", "The user name does not cover this client identifier.");
            default:
                return Unknown();
        }

        bool Covers(string name) => IsNameless(connect.ClientId) || ClientNames.Cover(name, connect.ClientId);

        Admission Unknown()
        {
            if (certified is not null)
            {
                return Refused(
                    MqttConnectReasonCode.NotAuthorized, "identifier", "The certificate does not cover this client identifier.");
            }

            // Never more than counted: behind the same address there may be things that know their password.
            _failed.Count(from);
            return Refused(MqttConnectReasonCode.BadUserNameOrPassword, "credentials", _username is null && credentials.Users is null
                ? "A client certificate is required." : "Wrong user name or password.") with { IsCounted = true };
        }
    }

    private bool KnowsShared(MqttConnectPacket connect)
    {
        if (_username is null || _password is null) return false;

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
/// <param name="User">The line of the file of users with which it came in.</param>
/// <param name="Root">The root certificate by which it came in: <see cref="CertifiedClient.Root"/>.</param>
/// <param name="Metric">Why the client was refused, as a metric tag.</param>
/// <param name="Why">Why the client was refused, for a person.</param>
internal sealed record Admission(
    MqttConnectReasonCode Code, string? ThingName = null, string? AssignedClientId = null, MqttUser? User = null, string? Root = null,
    string? Metric = null, string? Why = null)
{
    /// <summary>Among the failed tries, which have log lines of their own.</summary>
    internal bool IsCounted { get; init; }

    internal bool IsGranted => Code == MqttConnectReasonCode.Success;
}
