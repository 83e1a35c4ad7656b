namespace IoTOrleans.Grains.Devices;

/// <summary>What a thing's grain is called where it is stored: in keys, so never to be changed.</summary>
public static class DeviceNames
{
    public const string GrainType = "device";
    public const string State = "device";
    public const string Reminder = "presence";
}
