using Microsoft.Playwright;

namespace IoTOrleans.Page.Tests.Browser;

/// <summary>Debian's Chromium without a window, driven by Playwright, which brings no browser of its own here.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    public const string Remedy = "A browser is needed: install the packages chromium and fonts-noto-cjk.";

    private readonly IPlaywright _playwright;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, Browser) = (playwright, browser);

    public IBrowser Browser { get; }

    /// <returns>null: there is none.</returns>
    public static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);

    public static async Task<Chromium> Launch()
    {
        var path = Find() ?? throw new InvalidOperationException(Remedy);
        var playwright = await Playwright.CreateAsync();
        try
        {
            // The sandbox needs rights that containers do not give; the page is our own.
            var browser = await playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = path,
                Headless = true,
                Args = ["--no-sandbox", "--disable-gpu"],
            });
            return new(playwright, browser);
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
    }
}
