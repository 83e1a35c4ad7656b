using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Incidents;

internal abstract record IncidentInput
{
    private IncidentInput()
    {
    }

    /// <summary>A notification is owed and asks whether it may be sent.</summary>
    internal sealed record Asked(Member Member) : IncidentInput;

    /// <summary>A timer asks whether anything is due.</summary>
    /// <param name="AnswersAgain">The destination may take now what it did not take before.</param>
    internal sealed record Tick(bool AnswersAgain = false) : IncidentInput;

    /// <summary>The destination's answer to a publication.</summary>
    internal sealed record Published(string IncidentId, int Number, DeliveryAnswer Answer) : IncidentInput;

    /// <summary>Every member of a publication has recorded that it was told.</summary>
    internal sealed record Recorded(string IncidentId, int Number) : IncidentInput;
}
