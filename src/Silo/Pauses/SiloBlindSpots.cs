using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Events.Sqs.Horizons;

namespace IoTOrleans.Silo.Pauses;

internal sealed class SiloBlindSpots(PauseWatch pauses, HorizonCopy? queue = null) : IBlindSpots
{
    /// <summary>The pause first: it is what makes the copy of the horizon old.</summary>
    public BlindSpots Current => new(Pause: pauses.Last, Queue: queue?.Current);
}
