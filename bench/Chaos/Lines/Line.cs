using IoTOrleans.Chaos.Faults;
using IoTOrleans.Testing.Http;

namespace IoTOrleans.Chaos.Lines;

/// <summary>The way to one upstream: clear, until it is told to suffer.</summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly Upstream upstream;
    private readonly TimeProvider time;
    private FaultyProxy proxy = null!;
    private volatile Suffering? suffering;

    private Line(Upstream upstream, TimeProvider time) => (this.upstream, this.time) = (upstream, time);

    public string Name => upstream.Name;

    public Uri Address => proxy.Address;

    public static async Task<Line> To(Upstream upstream, TimeProvider time, Action<Exchange>? seen = null)
    {
        var line = new Line(upstream, time);
        line.proxy = await FaultyProxy.To(upstream.Address, line.Meet, seen);
        return line;
    }

    public async Task Suffer(FaultKind kind, double share, TimeSpan lasts, CancellationToken cancellationToken)
    {
        suffering = new Suffering(kind, share);
        try
        {
            if (kind == FaultKind.Resets) proxy.CutAll();
            await Task.Delay(lasts, time, cancellationToken);
        }
        finally
        {
            suffering = null;
        }
    }

    public ValueTask DisposeAsync() => proxy.DisposeAsync();

    private Trouble Meet(RecordedRequest request)
    {
        // Which request meets with it is up to the moment: the plan is seeded, the order of requests is not.
        if (suffering is not { } now || Random.Shared.NextDouble() >= now.Share) return Trouble.None;
        return now.Kind switch
        {
            FaultKind.Resets => new Trouble(TroubleKind.LoseRequest),
            FaultKind.Hangs => new Trouble(TroubleKind.Hang),
            FaultKind.LostAnswers => new Trouble(TroubleKind.LoseAnswer),
            FaultKind.SlowAnswers => new Trouble(TroubleKind.SlowAnswer, Delay: TimeSpan.FromSeconds(1 + (Random.Shared.NextDouble() * 7))),
            FaultKind.Throttling => Trouble.Refuse(Any(upstream.Throttling)),
            _ => Trouble.Refuse(Any(upstream.Errors)),
        };
    }

    private static StubAnswer Any(IReadOnlyList<StubAnswer> answers) => answers[Random.Shared.Next(answers.Count)];

    private sealed record Suffering(FaultKind Kind, double Share);
}
