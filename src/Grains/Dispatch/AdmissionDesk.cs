using System.Collections.Concurrent;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>
/// Asks a destination's dispatcher, and does without it when it has failed for long: a state that nobody can read or write must not
/// silence a destination for ever.
/// </summary>
internal sealed partial class AdmissionDesk(
    IGrainFactory grains, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<AdmissionDesk> logger)
{
    /// <summary>Longer than the loss of a silo takes.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Without a dispatcher nobody knows what other silos send: ten of them together keep within two a second.</summary>
    internal static readonly TimeSpan Alone = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Trouble> _troubles = new();

    public async Task<Admission> Ask(INotificationDestination destination, Notification notification)
    {
        if (destination.Terms is { Collapse: false, RateLimit: null }) return Admission.Go(TimeSpan.Zero);
        try
        {
            var admission = await grains.GetGrain<IDispatcherGrain>(destination.Name).Admit(notification);
            _troubles.TryRemove(destination.Name, out _);
            return admission;
        }
        catch (Exception exception)
        {
            var trouble = _troubles.GetOrAdd(destination.Name, _ => new Trouble(time.GetTimestamp()));
            if (trouble.SpeaksUp(time)) LogFailing(exception, destination.Name);
            return time.GetElapsedTime(trouble.Since) < Patience ? Admission.Later : Admission.Go(trouble.NextTurn(time));
        }
    }

    private sealed class Trouble(long since)
    {
        private readonly Lock _lock = new();
        private DateTimeOffset _next;
        private long? _spoke;

        public long Since => since;

        public bool SpeaksUp(TimeProvider time)
        {
            lock (_lock)
            {
                if (_spoke is { } last && time.GetElapsedTime(last) < TimeSpan.FromMinutes(1)) return false;
                _spoke = time.GetTimestamp();
                return true;
            }
        }

        public TimeSpan NextTurn(TimeProvider time)
        {
            lock (_lock)
            {
                var now = time.GetUtcNow();
                var turn = _next > now ? _next : now;
                _next = turn + Alone;
                return turn - now;
            }
        }
    }

    [LoggerMessage(67, LogLevel.Error, "{Destination}: its dispatcher does not work. Nothing is lost: what is owed is asked for every minute, "
        + "and after five minutes sent one by one, every 5 s from each silo. Look at the grain storage")]
    private partial void LogFailing(Exception exception, string destination);
}
