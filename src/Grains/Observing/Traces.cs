using System.Diagnostics;

namespace IoTOrleans.Grains.Observing;

/// <summary>
/// The spans of this service (docs/telemetry.md). Where nobody listens, none is made. Attributes with what may be secret or unbounded are
/// left out of what is exported, unless a setting allows them; they are set here all the same.
/// </summary>
public static class Traces
{
    public const string SourceName = "IoTOrleans";

    /// <summary>An event until its grain has stored it.</summary>
    public const string Receive = "receive";

    public const string ThingName = "iot_orleans.thing.name";

    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>What happens here, as the parent of what another worker does later.</summary>
    public static ActivityContext Here => Activity.Current?.Context ?? default;

    public static void Failed(this Activity? span) => span?.SetStatus(ActivityStatusCode.Error);

    public static void Decided(this Activity? span, PresenceReason reason)
    {
        if (span is not null) span.SetTag("iot_orleans.reason", Presence.ReasonTexts.NameOf(reason));
    }

    internal static Activity? Verify(string verifier, string thingName, ActivityContext parent) =>
        Source.StartActivity("verify", ActivityKind.Client, parent)?.SetTag("iot_orleans.verifier", verifier).SetTag(ThingName, thingName);

    internal static void Answered(this Activity? span, VerifierAnswer answer)
    {
        span?.SetTag("iot_orleans.verdict", answer.Verdict.ToString().ToLowerInvariant());
        if (answer.Verdict == VerifierVerdict.Failed) span.Failed();
    }

    /// <summary>From the queue until the grain knows the answer.</summary>
    internal static Activity? Notify(string destination, string notificationEvent, ActivityContext parent) =>
        Source.StartActivity("notify", ActivityKind.Internal, parent).About(destination, notificationEvent);

    /// <summary>One attempt at the destination.</summary>
    internal static Activity? Send(string destination, string notificationEvent) =>
        Source.StartActivity("send", ActivityKind.Client).About(destination, notificationEvent);

    internal static void Answered(this Activity? span, DeliveryAnswer answer)
    {
        span?.SetTag("iot_orleans.outcome", GrainMetrics.NameOf(answer.Outcome));
        if (answer.Outcome != DeliveryOutcome.Accepted) span.Failed();
    }

    private static Activity? About(this Activity? span, string destination, string notificationEvent) =>
        span?.SetTag("iot_orleans.destination", destination).SetTag("iot_orleans.event", notificationEvent);
}
