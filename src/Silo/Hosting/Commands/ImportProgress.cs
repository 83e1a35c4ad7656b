using IoTOrleans.Silo.Api.Importing;

namespace IoTOrleans.Silo.Hosting.Commands;

/// <summary>A bar that is drawn again and again; where the output is no terminal, a line at each tenth.</summary>
/// <param name="width">Of the terminal; null: there is none.</param>
internal sealed class ImportProgress(TextWriter output, int? width)
{
    private const int BarWidth = 20;

    private int _tenths = -1;
    private bool _waits;

    public static string Summary(ImportStatus status) => string.Create(CultureInfo.InvariantCulture,
        $"{status.Read:N0} things: {status.Connected:N0} connected, {status.Offline:N0} offline, {status.Unknown:N0} unknown.");

    public void Show(ImportStatus status)
    {
        _waits = false;
        var share = status.Read == 0 ? 1 : (double)status.Asked / status.Read;
        var line = string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100),3} % - {status.Asked:N0} of {status.Read:N0}: "
            + $"{status.Connected:N0} connected, {status.Offline:N0} offline, {status.Unknown:N0} unknown");
        if (width is not null)
        {
            Draw($"{new string('#', (int)(share * BarWidth)).PadRight(BarWidth, '.')} {line}");
            if (status.State == ImportStatus.Done) End();
        }
        else if ((int)(share * 10) is var tenths && tenths != _tenths)
        {
            _tenths = tenths;
            output.WriteLine(line);
        }
    }

    /// <summary>The service does not answer.</summary>
    public void Wait()
    {
        const string line = "The service does not answer. Waiting until it runs again ...";
        if (width is not null) Draw(line);
        else if (!_waits) output.WriteLine(line);
        _waits = true;
    }

    /// <summary>What is printed next gets a line of its own.</summary>
    public void End()
    {
        if (width is not null) output.WriteLine();
    }

    private void Draw(string line)
    {
        var room = Math.Max(width!.Value - 1, 0);
        output.Write("\r" + (line.Length < room ? line.PadRight(room) : line[..room]));
    }
}
