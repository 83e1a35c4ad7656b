using System.Globalization;

namespace IoTOrleans.Chaos.Display;

/// <summary>
/// What happens, a line each, and on a terminal beneath it a few lines that are always up to date; elsewhere these come every ten seconds.
/// </summary>
internal sealed class Screen(TextWriter output, bool live, TimeProvider time)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(10);

    private readonly Lock sync = new();
    private IReadOnlyList<string> block = [];
    private long? shown;

    /// <summary>Something has happened.</summary>
    public void Say(string what)
    {
        lock (sync)
        {
            Clear();
            output.WriteLine($"{time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {what}");
            Draw();
        }
    }

    /// <summary>How it stands.</summary>
    public void Show(params IReadOnlyList<string> lines)
    {
        lock (sync)
        {
            if (live)
            {
                Clear();
                block = lines;
                Draw();
                return;
            }

            if (shown is { } last && time.GetElapsedTime(last) < Often) return;
            shown = time.GetTimestamp();
            output.WriteLine($"{time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {string.Join("; ", lines)}");
            output.Flush();
        }
    }

    /// <summary>Text that stays.</summary>
    public void Print(string text)
    {
        lock (sync)
        {
            Clear();
            block = [];
            output.WriteLine(text);
            output.Flush();
        }
    }

    private void Clear()
    {
        if (block.Count > 0) output.Write($"\e[{block.Count}A\e[J");
    }

    private void Draw()
    {
        foreach (var line in block) output.WriteLine(line);
        output.Flush();
    }
}
