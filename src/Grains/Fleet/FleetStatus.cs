namespace IoTOrleans.Grains.Fleet;

public static class FleetStatus
{
    extension(PresenceStatus status)
    {
        /// <summary>In grace, offline or recovering: such things are listed one by one.</summary>
        public bool IsNotWell => status is not (PresenceStatus.Connected or PresenceStatus.Unknown);
    }
}
