using System.Diagnostics;
using OpenTelemetry;

namespace IoTOrleans.Silo.Telemetry;

/// <summary>
/// Leaves out calls between grains that nothing of interest has caused: reports and looks by the clock, some a second. What they call has
/// a parent that is not recorded, and so is not recorded either.
/// </summary>
internal sealed class OrleansCalls : BaseProcessor<Activity>
{
    public const string SourceName = "Microsoft.Orleans.Application";

    public override void OnStart(Activity data)
    {
        if (data.Source.Name == SourceName && data.ParentSpanId == default) data.LeaveOut();
    }
}

internal static class LeftOut
{
    /// <summary>It is there, as the parent of what is below it, which is left out with it.</summary>
    public static void LeaveOut(this Activity span)
    {
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        span.IsAllDataRequested = false;
    }
}
