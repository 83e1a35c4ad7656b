using System.Globalization;

namespace IoTOrleans.Fleet;

internal static class Things
{
    public static IEnumerable<string> Named(int count) => Enumerable.Range(0, count)
        .Select(i => string.Create(CultureInfo.InvariantCulture, $"thing-{i:D7}"));
}
