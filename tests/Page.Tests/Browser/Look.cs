namespace IoTOrleans.Page.Tests.Browser;

/// <summary>How somebody looks at the page.</summary>
internal sealed record Look(bool Dark = false, int Width = 1200, int Height = 900, string? Key = null)
{
    public static Look Plain { get; } = new();

    public static Look Phone { get; } = new(Width: 390, Height: 844);

    public BrowserNewContextOptions Options => new()
    {
        ViewportSize = new() { Width = Width, Height = Height },
        ColorScheme = Dark ? ColorScheme.Dark : ColorScheme.Light,
        ReducedMotion = ReducedMotion.Reduce,

        // As a browser that was asked for a password: the key is one.
        HttpCredentials = Key is null ? null : new() { Username = "", Password = Key },
    };
}
