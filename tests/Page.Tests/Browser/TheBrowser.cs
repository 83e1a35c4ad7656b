using IoTOrleans.Page.Tests.Browser;

[assembly: AssemblyFixture(typeof(TheBrowser))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace IoTOrleans.Page.Tests.Browser;

/// <summary>One for all tests, started by the first that needs it. They run one after the other: a browser and a silo fill two cores.</summary>
public sealed class TheBrowser : IAsyncDisposable
{
    private Chromium? _chromium;

    /// <summary>Skips the running test where there is no browser (and fails it in CI).</summary>
    internal async Task<IBrowser> Get()
    {
        if (_chromium is not null) return _chromium.Browser;
        if (Chromium.Find() is null) throw Prerequisite.Missing(Chromium.Remedy);

        // Waiting for what does come costs nothing, and machines are slow at times.
        SetDefaultExpectTimeout(30_000);
        _chromium = await Chromium.Launch();
        return _chromium.Browser;
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
    }
}
