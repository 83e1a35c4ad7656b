namespace IoTOrleans.Grains.Incidents;

/// <param name="Persist">The state has to be stored before anything else happens.</param>
internal sealed record IncidentDecision(IncidentState State, bool Persist, IReadOnlyList<IncidentEffect> Effects)
{
    public bool Opens { get; init; }

    /// <summary>One for each member that asked, in their order.</summary>
    public IReadOnlyList<Admission> Admissions { get; init; } = [];

    /// <summary>To be stored before the state that names them, and before anything else happens.</summary>
    public IReadOnlyList<PageWrite> Pages { get; init; } = [];

    public static IncidentDecision Nothing(IncidentState state) => new(state, false, []);
}

internal abstract record IncidentEffect
{
    internal sealed record Publish(FleetNotification Notification, TimeSpan Wait) : IncidentEffect;

    internal sealed record Tell(string IncidentId, int Number, IReadOnlyList<Member> Members) : IncidentEffect;

    internal sealed record DeletePages(string Id) : IncidentEffect;

    internal sealed record WarnGivenUp(string IncidentId, int Members) : IncidentEffect;
}

/// <summary>The answer to a notification that asks whether it may be sent.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.Admission")]
internal sealed record Admission(
    [property: Id(0)] AdmissionKind Kind, [property: Id(1)] TimeSpan Wait = default, [property: Id(2)] DeliveryAnswer? Answer = null)
{
    public static Admission Later { get; } = new(AdmissionKind.Later);

    public static Admission LookFirst { get; } = new(AdmissionKind.LookFirst);

    public static Admission Go(TimeSpan wait) => new(AdmissionKind.Go, wait);

    public static Admission Answered(DeliveryAnswer answer) => new(AdmissionKind.Answered, Answer: answer);

    public static Admission Told(string incidentId) =>
        Answered(DeliveryAnswer.Accepted($"told by incident {incidentId}") with { IncidentId = incidentId });
}

[GenerateSerializer, Alias("IoTOrleans.AdmissionKind")]
internal enum AdmissionKind
{
    /// <summary>It waits for its incident, and asks again in a minute.</summary>
    Later = 0,

    /// <summary>It is sent by itself, after the wait.</summary>
    Go = 1,

    /// <summary>Its incident has an answer already.</summary>
    Answered = 2,

    /// <summary>It asks for the first time and was read a while ago: whether it is still owed has to be read again.</summary>
    LookFirst = 3,
}
