using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Notifications;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Description;
using IoTOrleans.Silo.Hosting.Commands;

namespace IoTOrleans.Silo.Api;

/// <summary><c>GET /service</c>: what a page needs to know about this service and about who asks. No secret is in it.</summary>
internal static class ServiceApi
{
    public static void MapService(this IEndpointRouteBuilder routes, SiloSettings settings) =>
        routes.MapGet("/service", (HttpContext context, IOptionsMonitor<PresenceOptions> presence) =>
            TypedResults.Ok(Of(settings, presence.CurrentValue, context))).As(ServiceDescription.Get);

    internal static ServiceBody Of(SiloSettings settings, PresenceOptions presence, HttpContext context)
    {
        var region = Environment.GetEnvironmentVariable("AWS_REGION");
        return new(
            Usage.Version,
            settings.Orleans.ClusterId,
            region,
            settings.Culture,
            settings.TimeZone.Id,
            presence.DefaultPolicy.Grace,
            [.. new[] { Rights.Read, Rights.Write }.Where(context.User.IsInRole)],
            Caller.NameOf(context),
            settings.ExternalUrl?.AbsoluteUri,
            new(settings.Mqtt.Port == 0 ? null : BrokerOf(settings.Mqtt), settings.HttpEvents, settings.QueueUrl),
            settings.QueueUrl is null || string.IsNullOrEmpty(region) ? null : ConsoleOf(region));
    }

    private static BrokerBody BrokerOf(MqttSettings mqtt) => new(
        [.. OwnAddresses.OfBroker(mqtt, OwnAddresses.Find()).Select(address => address.ToString())], mqtt.CertificateFile is not null,
        mqtt.Username, mqtt.Password is not null || mqtt.UsersFile is not null);

    /// <summary>The name of a thing, encoded, goes behind it.</summary>
    internal static string ConsoleOf(string region)
    {
        var domain = region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.cn"
            : region.StartsWith("us-gov-", StringComparison.Ordinal) ? "amazonaws-us-gov.com" : "aws.amazon.com";
        return $"https://{region}.console.{domain}/iot/home?region={region}#/thing/";
    }

    /// <param name="Grace">Of things for which no policy says otherwise.</param>
    /// <param name="Rights">What the caller may do: <c>read</c>, <c>write</c>.</param>
    /// <param name="User">Null: no key is set.</param>
    /// <param name="AwsConsole">Where AWS shows a thing, without its name; null: things are not known to AWS IoT.</param>
    internal sealed record ServiceBody(
        string Version, string Cluster, string? Region, string Culture, string TimeZone, TimeSpan Grace, IReadOnlyList<string> Rights,
        string? User, string? ExternalUrl, EventsBody Events, string? AwsConsole);

    /// <param name="Mqtt">Null: there is no broker.</param>
    /// <param name="Http"><c>POST /events</c> is on.</param>
    /// <param name="Queue">Null: no queue is consumed.</param>
    internal sealed record EventsBody(BrokerBody? Mqtt, bool Http, string? Queue);

    internal sealed record BrokerBody(IReadOnlyList<string> Addresses, bool Tls, string? Username, bool PasswordRequired);
}
