using System.Text.Json;
using IoTOrleans.Grains.State;

namespace IoTOrleans.Silo.Storage;

/// <summary>
/// Where grains and reminders are stored, and so by what silos find each other. One file here for each provider: what Orleans needs of it,
/// the list of all things that it can give, its health check.
/// </summary>
internal static class StorageProviders
{
    /// <summary>Of each provider's health check.</summary>
    internal const string Check = "storage";

    internal static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);

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

    /// <param name="unreadable">Gets why, for a person.</param>
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
