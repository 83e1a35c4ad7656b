using System.Text.Json;
using IoTOrleans.Grains.State;

namespace IoTOrleans.Silo.Storage;

/// <summary>Where grains, reminders and membership are stored. A file for each provider, with its catalogue and health check.</summary>
internal static class StorageProviders
{
    public static void UseStorage(this ISiloBuilder silo, SiloSettings settings)
    {
        switch (settings.Storage)
        {
            case StorageProvider.DynamoDB:
                silo.UseDynamoDB(settings);
                break;
            case StorageProvider.Memory:
                silo.UseMemory();
                break;
            default:
                silo.UseSqlite(settings);
                break;
        }
    }

    internal static DeviceState ReadState(BinaryData data, Func<string, Exception, Exception> unreadable)
    {
        try
        {
            return JsonSerializer.Deserialize<DeviceState>(data.ToMemory().Span, DeviceStateJson.Options) ?? new();
        }
        catch (JsonException cause)
        {
            throw unreadable($"cannot be read ({cause.Message.ReplaceLineEndings(" ")})", cause);
        }
    }
}
