using IoTOrleans.Silo.Logging;
using Microsoft.Extensions.Logging.Console;

namespace IoTOrleans.Silo.Hosting.Running;

internal static class OrderlyStart
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Starts the host. If one of its services cannot start, those that run are stopped, so that this silo leaves its cluster at once.
    /// What they log meanwhile follows from the failure and would hide its cause.
    /// </summary>
    public static async Task StartOrStop(this IHost host)
    {
        try
        {
            await host.StartAsync();
        }
        catch
        {
            foreach (var lines in host.Services.GetServices<ConsoleFormatter>().OfType<LogWriter>()) lines.Silent = true;
            using var patience = new CancellationTokenSource(LongestStop);
            await host.StopAsync(patience.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            throw;
        }
    }
}
