using System.Globalization;

namespace IoTOrleans.DynamoDB.Reminders;

/// <summary>
/// Where reminders lie: 256 partitions by the top byte of the grain's hash, within each in the order of the hash. So a mass outage
/// writes to all of them, and a range of the ring is a range of keys in few of them, without an index.
/// </summary>
internal static class ReminderKey
{
    public const int Buckets = 256;

    /// <summary>Stands behind every hash in a sort key; the character after it stands behind all keys with that hash.</summary>
    private const char Separator = '#', AfterSeparator = '$';

    public static string Bucket(string service, uint hash) => $"{service}{Separator}{hash >> 24:x2}";

    public static string Sort(GrainId grain, string name) => $"{OfGrain(grain)}{name}";

    /// <summary>How all sort keys of a grain begin.</summary>
    public static string OfGrain(GrainId grain) => $"{grain.GetUniformHashCode():x8}{Separator}{Escape(grain.ToString())}{Separator}";

    /// <summary>Behind all sort keys of a grain.</summary>
    public static string AfterGrain(GrainId grain) => OfGrain(grain)[..^1] + AfterSeparator;

    public static string First(uint hash) => $"{hash:x8}";

    public static string After(uint hash) => $"{hash:x8}{AfterSeparator}";

    public static (GrainId Grain, string Name) Parse(string sort)
    {
        var grain = sort.IndexOf(Separator, StringComparison.Ordinal) + 1;
        var name = sort.IndexOf(Separator, grain) + 1;
        return (GrainId.Parse(Unescape(sort[grain..(name - 1)]), CultureInfo.InvariantCulture), sort[name..]);
    }

    /// <summary>
    /// A grain's key may hold the separator; hidden, the end of the grain's id is certain. Ordinary ids stay as they are.
    /// </summary>
    private static string Escape(string grain) =>
        grain.Replace("%", "%25", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal);

    private static string Unescape(string grain) =>
        grain.Replace("%23", "#", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
}
