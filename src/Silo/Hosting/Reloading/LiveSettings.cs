using IoTOrleans.Grains.Policies;
using IoTOrleans.Notifications.Settings;
using Microsoft.Extensions.Primitives;

namespace IoTOrleans.Silo.Hosting.Reloading;

/// <summary>The settings in force, for those options that may change. Their monitors learn of a change here.</summary>
internal sealed class LiveSettings(SiloSettings settings)
    : IOptionsChangeTokenSource<PresenceOptions>, IOptionsChangeTokenSource<DestinationRates>
{
    private ConfigurationReloadToken _token = new();

    public SiloSettings Current { get; private set; } = settings;

    public string Name => Options.DefaultName;

    public IChangeToken GetChangeToken() => _token;

    public void Take(SiloSettings changed)
    {
        Current = changed;
        Interlocked.Exchange(ref _token, new()).OnReload();
    }
}
