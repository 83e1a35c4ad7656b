using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Silo.Advice;
using IoTOrleans.Silo.Api.Events;
using IoTOrleans.Silo.Api.Fleet;
using IoTOrleans.Silo.Api.Importing;
using IoTOrleans.Silo.Api.Mutes;
using IoTOrleans.Silo.Catalogue;

namespace IoTOrleans.Silo.Api.Description;

/// <summary>
/// What a type is called in the description. Code generators make types of these names, so they stay when a type is renamed.
/// </summary>
/// <param name="Fields">What its fields mean, by their names in JSON.</param>
internal sealed record PublicSchema(string Name, string Description, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>It is sent to the service: every field but those that its constructor asks for may be left out.</summary>
    public bool MayLeaveOut { get; init; }
}

/// <summary>A type that is not here stands where it is used, without a name.</summary>
internal static class PublicSchemas
{
    /// <summary>What <c>GET /fleet</c> and the events of its stream have in common.</summary>
    private static readonly (string Field, string Words)[] FleetFields =
    [
        ("complete", "False: the things are being counted; the numbers are the last known ones."),
        ("muted", "Of those that are not well, how many cause no notifications."),
        ("listed", "False: more than 1,000 things are not well, so they are not listed."),
        ("history", "One for each minute of the last two hours, oldest first."),
    ];

    private static readonly Dictionary<Type, PublicSchema> All = new()
    {
        [typeof(PresenceStatus)] = Of("Status",
            "`connected`; `grace`: disconnected, nobody notified yet; `offline`: disconnected for longer than its grace; "
                + "`recovering`: back, and the recovery hold is running; `unknown`: nobody has said yet whether it is connected."),
        [typeof(TimeSpan)] = Of("Duration",
            "Like `30s`, `5m`, `1h30m`, `1d`, or `[d.]hh:mm:ss`. Answers have the first form for whole seconds."),
        [typeof(DeviceStatus)] = Of("Device", "The status of a thing.",
            ("thingName", "AWS IoT thing name; the client ID for lifecycle events without one, and for the embedded broker."),
            ("connected", "Null while the status is `unknown`."),
            ("since", "The last real change of `connected`."),
            ("graceEndsAt", "When people will be notified; only in grace."),
            ("notifiedAt", "When the first destination accepted the notification of the running outage."),
            ("disconnectReason", "As AWS IoT names it, like `CONNECTION_LOST`."),
            ("outageId", "The running outage; the same in every notification about it. Null: there is no outage."),
            ("outagesSuppressed", "How many outages ended without a notification."),
            ("notificationsSent", "How many notifications at least one destination accepted."),
            ("attributes", "Pairs that came with its events, like `site`: `north`."),
            ("mutedBy", "Ids of the mutes in effect for the thing."),
            ("flappingSince", "While the thing is flapping, its first disconnect of the burst."),
            ("incidentId", "The incident in which the running outage was notified together with others."),
            ("notifiedTo", "Destinations that accepted the first notification of the running outage."),
            ("verification", "What the verifier said of the running outage; null: there is no verdict yet."),
            ("refused", "AWS IoT refused to let it connect during the running outage; null: not that we know."),
            ("holdEndsAt", "When the outage is over if the connection lasts; only while recovering."),
            ("neverSeen", "The running outage is no disconnect: the thing is expected, and no event of it has come in.")),
        [typeof(Verification)] = Of("Verification",
            "`confirmed`: the verifier, too, says that it is disconnected; `unanswered`: it gave no usable answer; `none`: there is none."),
        [typeof(DevicePolicy)] = Of("Policy", "The policy in effect for a thing.",
            [
                ("source", "`override` if anything was set for the thing at run time, else the `Match` of the policy that applies, else "
                    + "`default`."),
                ("match", "The `Match` of the policy that applies, also below an override."),
                ("overridden", "The values that were set at run time."),
                .. PolicyFields.All.Select(field => (field.JsonName, Sentence(field.Help))),
            ]),
        [typeof(PolicySettings)] = Of("PolicyChange", "What to set for one thing. What is missing keeps the value of the settings.",
            [.. PolicyFields.All.Select(field => (field.JsonName, $"{Sentence(field.Help)} {Sentence(field.Range)}"))]) with
        {
            MayLeaveOut = true,
        },
        [typeof(ThingPage)] = Of("DeviceList", "A page of a list of things.",
            ("nextCursor", "For the next page; null: this was the last one.")),
        [typeof(DeviceHistory)] = Of("EventHistory", "The latest events of a thing.", ("items", "As they became known, newest first.")),
        [typeof(HistoryItem)] = Of("HistoryEntry", "Something that happened to a thing.",
            ("at", "When it happened, to the second."),
            ("event", "`connected`, `disconnected`, `told`, `delivered`, `recovered` and others; later versions may add some."),
            ("reason", "The named reason, the same as in logs and metrics."),
            ("word", "The notification that goes out with it, like `device.offline`."),
            ("destinations", "Who accepted that notification; of `given-up`: who did not."),
            ("by", "Who did it. Null: no person, or it is not known.")),
        [typeof(DeviceWhy)] = Of("Why", "The reasons for the status of a thing.",
            ("waitingFor", "What the thing waits for now."),
            ("owed", "For each destination, the next notification that it is owed."),
            ("refused", "Connect failures of the running outage: AWS IoT does not let the thing connect."),
            ("policySource", "As `source` of the policy."),
            ("items", "The whole history, newest first, each entry with a sentence.")),
        [typeof(GraceAdvice)] = Of("Advice", "What another grace would have meant for past outages, as bounds.",
            ("outages", "Those that are over, notified or not."),
            ("longest", "Null: there was none."),
            ("current", "With the grace in effect."),
            ("asked", "With the grace that you asked about."),
            ("suggested", "The smallest grace that is known to keep 99 % of the outages quiet.")),
        [typeof(GraceOutcome)] = Of("GraceEffect", "How many outages a grace notifies.",
            ("told", "Outages that would have lasted until their deadline."),
            ("keptQuiet", "The other outages."),
            ("delaySeconds", "How much later than now people would be notified; below zero: sooner.")),
        [typeof(AdviceApi.ThingAdvice)] = Of("DeviceAdvice", "Advice for one thing."),
        [typeof(AdviceApi.FleetAdvice)] = Of("FleetWideAdvice", "Advice for all things.",
            ("things", "Things that were looked at."), ("complete", "False: there are more things.")),
        [typeof(FleetBody)] = Of("Fleet", "All things together.",
            [
                .. FleetFields,
                ("cursor", "For `GET /fleet/stream`. Null: more than 1,000 things are not well."),
                ("offlineItems", "Longest away first."), ("graceItems", "Nearest deadline first."),
                ("recoveringItems", "Nearest end first."),
            ]),
        [typeof(IncidentBody)] = Of("FleetIncident", "An outage of many things at once, as it was notified.",
            ("destinations", "Who was notified of it."), ("count", "Things that belong to it."), ("back", "Those of them that are back."),
            ("total", "All things; null: not counted yet."), ("growing", "More things may still join."),
            ("onlyReturns", "It tells of returns only."), ("reasons", "How many things per reason."),
            ("attributes", "How many things per `name=value`."), ("things", "Up to 20 names.")),
        [typeof(BackItem)] = Of("Return", "A thing that came back today.",
            ("since", "When it had disconnected."), ("notified", "A destination had accepted the notification of its outage.")),
        [typeof(KeptQuiet)] = Of("KeptQuiet", "Outages that ended without a notification.",
            ("days", "The last 14 days; the last one is today."), ("things", "The things with the most of them today.")),
        [typeof(WatcherBody)] = Of("Watcher", "Whether what is shown can be trusted.",
            ("seenUntil", "Everything that happened until then is counted in; null: not known."),
            ("queueAgeSeconds", "Null: no queue is consumed."), ("blindSince", "Null: the service is not blind."),
            ("heldVerdicts", "Things whose first verdict is deferred."), ("heartbeat", "Null: none is set up.")),
        [typeof(HeartbeatBody)] = Of("Heartbeat", "The dead man's switch.",
            ("lastPingAt", "When a ping was last accepted; null: none yet."),
            ("trouble", "Why none is sent, or was not accepted; null: all is well.")),
        [typeof(ServiceApi.ServiceBody)] = Of("Service", "What a page needs to know about this service and about who asks.",
            ("grace", "Of things for which no policy says otherwise."), ("rights", "What the caller may do: `read`, `write`."),
            ("user", "Who asks; null: no key is set."), ("awsConsole", "Where AWS shows a thing, without its name.")),
        [typeof(Mute)] = Of("Mute", "Things that nobody is notified of for a while.",
            ("thing", "A thing name."), ("glob", "On the whole thing name, like `door-*`."),
            ("attribute", "Both must be equal to the thing's."),
            ("until", "Null: until it has recovered."), ("by", "Who set it; null: not known.")),
        [typeof(MutesApi.MuteItems)] = Of("Mutes", "The mutes that have not ended."),
        [typeof(MutesDescription.MuteRequest)] = Of("MuteChange", "A mute to set.",
            ("glob", "On the whole thing name, like `door-*`: 1 to 256 characters, at most 8 `*`."),
            ("from", "At most 366 days ahead; default: now."), ("until", "In the future, at most 366 days after `from`."),
            ("untilRecovered", "For each thing until an outage that outlasted its grace has ended."),
            ("comment", "Up to 256 characters.")) with { MayLeaveOut = true },
        [typeof(EventsDescription.ShadowRule)] = Of("ShadowRuleEvent", "What the IoT rule on shadows sends.",
            ("timestamp", "Seconds since 1970; missing: now."), ("version", "Of the shadow: an older one changes nothing."),
            ("attributes", "At most 8 pairs, 256 bytes together.")),
        [typeof(EventsDescription.Lifecycle)] = Of("AwsLifecycleEvent", "A lifecycle event of AWS IoT.",
            ("eventType", "`connected`, `disconnected` or `connect_failed`."), ("timestamp", "Milliseconds since 1970."),
            ("thingName", "Missing: the client ID is the thing name.")),
        [typeof(EventsDescription.ShadowDocument)] = Of("ShadowDocumentEvent",
            "A message of a shadow's `update/documents` topic, with the thing name."),
        [typeof(EventsDescription.Envelope)] = Of("SnsEnvelope", "What SNS puts around another event, once.",
            ("Message", "The event, as JSON.")),
        [typeof(EventsDescription.RuleError)] = Of("RuleErrorEvent", "An IoT rule's error message.",
            ("base64OriginalPayload", "The event that the rule could not deliver.")),
        [typeof(EventsApi.Accepted)] = Of("AcceptedEvents", "How many events are stored."),
        [typeof(ImportStatus)] = Of("Import", "How far an import is.",
            ("state", "`running` or `done`."), ("read", "Names in the list."), ("asked", "Names that are done."),
            ("offline", "Disconnected, also within the grace."), ("by", "Who sent it; null: not known.")),
        [typeof(NotificationsApi.TestAnswer)] = Of("TestResult", "What the destinations answered."),
        [typeof(HealthApi.Report)] = Of("Health", "How the service is.",
            ("status", "`Healthy`, `Degraded` or `Unhealthy`: the worst of the checks.")),
        [typeof(Problem)] = Of("Problem", "An error (RFC 9457).",
            ("title", "What happened."), ("detail", "The cause and the remedy."), ("errors", "One item for each mistake."),
            ("traceId", "Of the request.")),
    };

    public static IEnumerable<string> Names => All.Values.Select(schema => schema.Name);

    public static PublicSchema? Find(Type type) => All.GetValueOrDefault(type);

    private static PublicSchema Of(string name, string description, params IReadOnlyList<(string Field, string Words)> fields) =>
        new(name, description, fields.ToDictionary(field => field.Field, field => field.Words));

    private static string Sentence(string words) => $"{char.ToUpperInvariant(words[0])}{words[1..].TrimEnd('.')}.";
}
