using System.Diagnostics;

namespace IoTOrleans.Events;

internal static class EventTraces
{
    /// <summary>An event on its way to its grain.</summary>
    public static Activity? Receive(string source, ActivityKind kind, string thingName) =>
        Traces.Source.StartActivity(Traces.Receive, kind)?.SetTag("iot_orleans.source", source).SetTag(Traces.ThingName, thingName);
}
