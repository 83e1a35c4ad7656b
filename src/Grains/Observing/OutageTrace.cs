using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Observing;

/// <summary>
/// Which trace an outage belongs to, from its event over the deadline to the notification. In between the grain leaves memory, and its
/// reminder ticks without a parent, perhaps on another silo: so the trace is stored with the outage, in 32 characters, if it is recorded.
/// </summary>
internal static class OutageTrace
{
    private const int TraceBytes = 16;
    private const int SpanBytes = 8;

    /// <summary>Null: nobody records what happens here.</summary>
    public static string? Here => Activity.Current is { Recorded: true } current ? Write(current.Context) : null;

    /// <summary>The input that begins an outage, or its end, is where the trace goes on at the next deadline.</summary>
    /// <param name="trim">Makes room for it in the stored state.</param>
    public static PresenceDecision Note(PresenceDecision decision, DeviceState before, Func<DeviceState, DeviceState> trim) =>
        decision is { Persist: true, State.Outage: { } outage } && Here is { } here
            && (outage.Id != before.Outage?.Id || outage.BackAt != before.Outage.BackAt)
            ? decision with { State = trim(decision.State with { Outage = outage with { Trace = here } }) }
            : decision;

    /// <summary>A deadline is looked at: the end of a grace or of a recovery hold. Null: neither, or nobody listens.</summary>
    public static Activity? Deadline(Outage? outage, string thingName)
    {
        if (!Traces.Source.HasListeners() || outage is not { Phase: OutagePhase.Grace or OutagePhase.Recovering }) return null;

        // The call of the reminder has a trace of its own, of no use.
        Activity.Current = null;
        return Traces.Source.StartActivity("deadline", ActivityKind.Internal, Read(outage.Trace))?.SetTag(Traces.ThingName, thingName);
    }

    internal static string Write(ActivityContext context)
    {
        Span<byte> bytes = stackalloc byte[TraceBytes + SpanBytes];
        context.TraceId.CopyTo(bytes[..TraceBytes]);
        context.SpanId.CopyTo(bytes[TraceBytes..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <returns>Default: none is stored, or not one of ours.</returns>
    internal static ActivityContext Read(string? trace)
    {
        Span<byte> bytes = stackalloc byte[TraceBytes + SpanBytes];
        var status = Base64Url.DecodeFromChars(trace, bytes, out _, out var read);
        if (status != OperationStatus.Done || read != bytes.Length) return default;
        return new(
            ActivityTraceId.CreateFromBytes(bytes[..TraceBytes]), ActivitySpanId.CreateFromBytes(bytes[TraceBytes..]),
            ActivityTraceFlags.Recorded, isRemote: true);
    }
}
