using System.Globalization;

namespace IoTOrleans.Testing.Processes;

/// <summary>What somebody wrote on the command line of a bench.</summary>
public static class Argument
{
    /// <summary>Null: no number, or not in this range.</summary>
    public static int? Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : null;
}
