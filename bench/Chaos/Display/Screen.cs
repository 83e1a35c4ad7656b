using System.Globalization;

namespace IoTOrleans.Chaos.Display;

/// <summary>
/// What happens, a line each, and on a terminal beneath it a few lines that are always up to date; elsewhere these come every ten seconds.
/// </summary>
internal sealed class Screen(TextWriter output, bool live, TimeProvider time)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(10);

    private readonly Lock _sync = new();
    private IReadOnlyList<string> _block = [];
    private long? _shown;

    /// <summary>Something has happened.</summary>
    public void Say(string what)
    {
        lock (_sync)
        {
            Clear();
            output.WriteLine($"{time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {what}");
            Draw();
        }
    }

    /// <summary>How it stands.</summary>
    public void Show(params IReadOnlyList<string> lines)
    {
        lock (_sync)
        {
            if (live)
            {
                Clear();
                _block = lines;
                Draw();
                return;
            }

            if (_shown is { } last && time.GetElapsedTime(last) < Often) return;
            _shown = time.GetTimestamp();
            output.WriteLine($"{time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {string.Join("; ", lines)}");
            output.Flush();
        }
    }

    /// <summary>Text that stays.</summary>
    public void Print(string text)
    {
        lock (_sync)
        {
            Clear();
            _block = [];
            output.WriteLine(text);
            output.Flush();
        }
    }

    private void Clear()
    {
        if (_block.Count > 0) output.Write($"\e[{_block.Count}A\e[J");
    }

    private void Draw()
    {
        foreach (var line in _block) output.WriteLine(line);
        output.Flush();
    }
}
