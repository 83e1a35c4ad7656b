using IoTOrleans.Grains.Policies;
using IoTOrleans.Notifications.Settings;
using Microsoft.Extensions.Primitives;

namespace IoTOrleans.Silo.Hosting.Reloading;

/// <summary>
/// The settings in force, for those options that may change. Their monitors learn of a change here, and only of their own: a changed rate
/// is nothing to look through all things for.
/// </summary>
internal sealed class LiveSettings(SiloSettings settings)
    : IOptionsChangeTokenSource<PresenceOptions>, IOptionsChangeTokenSource<DestinationRates>
{
    private ConfigurationReloadToken _presence = new();
    private ConfigurationReloadToken _rates = new();

    public SiloSettings Current { get; private set; } = settings;

    public string Name => Options.DefaultName;

    IChangeToken IOptionsChangeTokenSource<PresenceOptions>.GetChangeToken() => _presence;

    IChangeToken IOptionsChangeTokenSource<DestinationRates>.GetChangeToken() => _rates;

    /// <param name="keys">The settings that have changed.</param>
    public void Take(SiloSettings changed, IReadOnlyList<string> keys)
    {
        Current = changed;
        try
        {
            if (keys.Any(Reloadable.IsPresence)) Interlocked.Exchange(ref _presence, new()).OnReload();
        }
        finally
        {
            if (keys.Any(Reloadable.IsRate)) Interlocked.Exchange(ref _rates, new()).OnReload();
        }
    }
}
