namespace IoTOrleans.Grains.Incidents;

internal abstract record IncidentInput
{
    /// <summary>Notifications ask whether they may be sent.</summary>
    internal sealed record Asked(params IReadOnlyList<Member> Members) : IncidentInput;

    /// <param name="AnswersAgain">The destination may take now what it did not take before.</param>
    internal sealed record Tick(bool AnswersAgain = false) : IncidentInput;

    internal sealed record Published(string IncidentId, int Number, DeliveryAnswer Answer) : IncidentInput;

    internal sealed record PagesDeleted(string Id) : IncidentInput;
}
