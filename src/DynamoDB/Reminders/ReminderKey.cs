using System.Globalization;

namespace IoTOrleans.DynamoDB.Reminders;

/// <summary>
/// Reminders are in 256 partitions by the top byte of the grain's hash, and in each partition in the order of the hash. So a mass outage
/// writes to all partitions, and a range of the ring is a range of keys in few of them, without an index.
/// </summary>
internal static class ReminderKey
{
    public const int Buckets = 256;

    /// <summary>Follows the hash in a sort key. The next character of the alphabet sorts behind all keys with that hash.</summary>
    private const char Separator = '#', AfterSeparator = '$';

    public static string Bucket(string service, uint hash) => $"{service}{Separator}{hash >> 24:x2}";

    public static string Sort(GrainId grain, string name) => $"{OfGrain(grain)}{name}";

    /// <summary>All sort keys of a grain begin with this.</summary>
    public static string OfGrain(GrainId grain) => $"{grain.GetUniformHashCode():x8}{Separator}{Escape(grain.ToString())}{Separator}";

    /// <summary>Sorts behind all sort keys of a grain.</summary>
    public static string AfterGrain(GrainId grain) => OfGrain(grain)[..^1] + AfterSeparator;

    public static string First(uint hash) => $"{hash:x8}";

    public static string After(uint hash) => $"{hash:x8}{AfterSeparator}";

    public static (GrainId Grain, string Name) Parse(string sort)
    {
        var grain = sort.IndexOf(Separator, StringComparison.Ordinal) + 1;
        var name = sort.IndexOf(Separator, grain) + 1;
        return (GrainId.Parse(Unescape(sort[grain..(name - 1)]), CultureInfo.InvariantCulture), sort[name..]);
    }

    /// <summary>A grain's key may contain the separator. Without it the id's end is certain. Most ids have nothing to escape.</summary>
    private static string Escape(string grain) =>
        grain.Replace("%", "%25", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal);

    private static string Unescape(string grain) =>
        grain.Replace("%23", "#", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
}
