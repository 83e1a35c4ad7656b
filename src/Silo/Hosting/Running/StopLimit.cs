using System.Diagnostics;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Events.Sqs;
using IoTOrleans.Grains.Dispatch;

namespace IoTOrleans.Silo.Hosting.Running;

/// <summary>Ends a stop that hangs, usually because storage does not answer, and says what is left. Nothing is lost by it.</summary>
internal static class StopLimit
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(26);

    internal static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(2);

    public static void EndInTime(this WebApplication app, SiloSettings settings)
    {
        var services = app.Services;

        // Its own thread: what hangs may have taken those of the pool.
        app.Lifetime.ApplicationStopping.Register(
            () => new Thread(() => End(settings, services)) { IsBackground = true, Name = "StopLimit" }.Start());
    }

    private static void End(SiloSettings settings, IServiceProvider services)
    {
        using var never = new ManualResetEvent(false);
        never.WaitOne(Limit);
        Terminal.Complain(Say(settings, services));
        new Thread(() => Environment.Exit(Environment.ExitCode)) { IsBackground = true }.Start();
        never.WaitOne(LastMoment);
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }

    private static string Say(SiloSettings settings, IServiceProvider services)
    {
        var left = new List<string>();
        try
        {
            Add(services.GetService<InFlightMessages>()?.Count, "messages (the queue shows them again within 30 s)");
            Add(services.GetService<NotificationsInHand>()?.Count, "notifications (sent again by the next start or by the other silos)");
            Add(services.GetService<BrokerOutbox>()?.ThingsWaiting,
                "things of the broker that connected or disconnected (the next start gives them a new grace)");
        }
        catch (ObjectDisposedException)
        {
            // The services are disposed already.
        }

        left.Add(settings.Storage == StorageProvider.DynamoDB ? "its things (the other silos take them over in about 15 s)" : "its things "
            + "(the next start takes them over)");
        return $"Ended {Limit.TotalSeconds:0} s after it was told to stop, because something does not answer: "
            + $"most often storage. Not handed over: {string.Join(", ", left)}.";

        void Add(int? count, string what)
        {
            if (count > 0) left.Add($"{count} {what}");
        }
    }
}
