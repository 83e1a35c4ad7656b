namespace IoTOrleans.Grains.Presence;

/// <summary>Who can be asked about a thing, and what an activation remembers of having asked.</summary>
internal static class Asking
{
    /// <summary>How long a verifier that cannot be reached is tried before people are notified without its answer.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>After the verifier could not be reached.</summary>
    internal static readonly TimeSpan AgainAfterFailure = TimeSpan.FromSeconds(5);

    /// <summary>While no answer comes at all: the question may have got lost.</summary>
    internal static readonly TimeSpan AgainUnanswered = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The broker, as long as its own last word was "connected", whatever other sources say; else the verifier for the source of the last
    /// change. Null: nobody can be asked.
    /// </summary>
    public static EventSource? Witness(DeviceState state, RuleContext context)
    {
        var onBroker = state.Marks.TryGetValue(OrderMark.BrokerKey, out var mark) && mark.Connected;
        if (onBroker && context.Verifiable.Contains(EventSource.Broker)) return EventSource.Broker;
        return context.Verifiable.Contains(state.Source) ? state.Source : null;
    }

    /// <summary>Whether an offline thing is looked at again and again.</summary>
    public static bool Rechecks(DeviceState state, RuleContext context) =>
        context.Policy.RecheckEvery > TimeSpan.Zero && Witness(state, context) is not null;

    public static bool StillTrying(DeviceState state, DateTimeOffset now) =>
        state.Memory.AskingSince is { } since && now < since + Patience;

    extension(ActivationMemory memory)
    {
        public ActivationMemory NotAsking() => memory with { AskingAbout = null, AskingSince = null, AskAgainAt = null, HeldSince = null };

        /// <summary>The thing was looked at, or there was nobody to ask: the next look is a recheck.</summary>
        public ActivationMemory Looked(RuleContext context, DateTimeOffset now) =>
            memory.NotAsking() with { AskAgainAt = context.Policy.RecheckEvery > TimeSpan.Zero ? now + context.Policy.RecheckEvery : null };

        public ActivationMemory AskingAgainIn(TimeSpan wait, Outage grace, DateTimeOffset now)
        {
            var since = memory.AskingAbout == grace.Id && memory.AskingSince is { } already ? already : now;
            return memory with { AskingAbout = grace.Id, AskingSince = since, AskAgainAt = Earlier(now + wait, since + Patience) };
        }
    }
}
