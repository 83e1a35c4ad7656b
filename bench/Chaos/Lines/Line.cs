using IoTOrleans.Chaos.Faults;
using IoTOrleans.Testing.Http;

namespace IoTOrleans.Chaos.Lines;

/// <summary>The way to one upstream: clear, until it is told to suffer.</summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly Upstream _upstream;
    private readonly TimeProvider _time;
    private FaultyProxy _proxy = null!;
    private volatile Suffering? _suffering;

    private Line(Upstream upstream, TimeProvider time) => (_upstream, _time) = (upstream, time);

    public string Name => _upstream.Name;

    public Uri Address => _proxy.Address;

    public static async Task<Line> To(Upstream upstream, TimeProvider time, Action<Exchange>? seen = null)
    {
        var line = new Line(upstream, time);
        line._proxy = await FaultyProxy.To(upstream.Address, line.Meet, seen);
        return line;
    }

    public async Task Suffer(FaultKind kind, double share, TimeSpan lasts, CancellationToken cancellationToken)
    {
        _suffering = new Suffering(kind, share);
        try
        {
            if (kind == FaultKind.Resets) _proxy.CutAll();
            await Task.Delay(lasts, _time, cancellationToken);
        }
        finally
        {
            _suffering = null;
        }
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    private Trouble Meet(RecordedRequest request)
    {
        // Which request meets with it is up to the moment: the plan is seeded, the order of requests is not.
        if (_suffering is not { } now || Random.Shared.NextDouble() >= now.Share) return Trouble.None;
        return now.Kind switch
        {
            FaultKind.Resets => new Trouble(TroubleKind.LoseRequest),
            FaultKind.Hangs => new Trouble(TroubleKind.Hang),
            FaultKind.LostAnswers => new Trouble(TroubleKind.LoseAnswer),
            FaultKind.SlowAnswers => new Trouble(TroubleKind.SlowAnswer, Delay: TimeSpan.FromSeconds(1 + (Random.Shared.NextDouble() * 7))),
            FaultKind.Throttling => Trouble.Refuse(Any(_upstream.Throttling)),
            _ => Trouble.Refuse(Any(_upstream.Errors)),
        };
    }

    private static StubAnswer Any(IReadOnlyList<StubAnswer> answers) => answers[Random.Shared.Next(answers.Count)];

    private sealed record Suffering(FaultKind Kind, double Share);
}
