using System.Collections.Concurrent;
using System.Threading.Channels;
using IoTOrleans.Contracts;
using IoTOrleans.Events;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

internal sealed record Report(string ThingName, ConnectionChange Change);

/// <summary>Stands where the grains would: remembers what it took, and takes nothing while it is told to fail.</summary>
internal sealed class RecordingSink : IConnectionChangeSink
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<Report> _taken = Channel.CreateUnbounded<Report>();
    private readonly Channel<Report> _refused = Channel.CreateUnbounded<Report>();
    private readonly ConcurrentDictionary<string, int> _inside = new();
    private int _atOnce;

    internal ConcurrentQueue<Report> Taken { get; } = new();

    internal volatile bool Fails;

    /// <summary>While set, nobody gets past it.</summary>
    internal volatile TaskCompletionSource? Gate;

    internal int MostAtOnce { get; private set; }

    public async Task<PresenceReason> Report(string thingName, ConnectionChange change)
    {
        var report = new Report(thingName, change);
        if (_inside.AddOrUpdate(thingName, 1, (_, count) => count + 1) > 1)
        {
            throw new InvalidOperationException($"{thingName} overtook itself.");
        }

        try
        {
            lock (_taken) MostAtOnce = Math.Max(MostAtOnce, ++_atOnce);
            if (Gate is { } gate) await gate.Task;
            if (Fails)
            {
                _refused.Writer.TryWrite(report);
                throw new IOException("The storage is down.");
            }

            Taken.Enqueue(report);
            _taken.Writer.TryWrite(report);
            return PresenceReason.None;
        }
        finally
        {
            lock (_taken) _atOnce--;
            _inside.AddOrUpdate(thingName, 0, (_, count) => count - 1);
        }
    }

    public Task<int> Report(string thingName, IReadOnlyList<ConnectFailure> failures) =>
        throw new NotSupportedException("A broker has no connect failures.");

    internal Task<Report> Next() => NextOf(_taken);

    internal Task<Report> NextRefused() => NextOf(_refused);

    private static async Task<Report> NextOf(Channel<Report> reports) =>
        await reports.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);

    /// <summary>Reads on until the named thing says what is asked for.</summary>
    internal async Task<ConnectionChange> NextOf(string thingName, bool connected)
    {
        while (true)
        {
            var report = await Next();
            if (report.ThingName == thingName && report.Change.Connected == connected) return report.Change;
        }
    }
}
