using System.Buffers;
using System.Text;

namespace IoTOrleans.Events;

/// <summary>Which names a thing may have, whichever door it comes through. Compared by code point, never normalised.</summary>
internal static class ThingName
{
    /// <summary>AWS IoT's own limit for thing names; Unicode code points, so that 128 emoji are 128.</summary>
    internal const int MaxCodePoints = 128;

    /// <summary>Keeps the stored item of a thing inside one DynamoDB write unit, whatever the script.</summary>
    internal const int MaxUtf8Bytes = 384;

    /// <param name="why">One sentence for a person; null when the name is fine. Never repeats the name: it may be hostile.</param>
    internal static bool IsValid(string? name, out string? why)
    {
        why = WhatIsWrong(name);
        return why is null;
    }

    private static string? WhatIsWrong(string? name)
    {
        // Orleans has no grain for a blank key and throws; taken for a failure of storage, five of these would stop the consumer.
        if (string.IsNullOrWhiteSpace(name)) return "The thing name is empty or blank.";

        // Before the walk: a name of megabytes is not worth one.
        if (name.Length > MaxCodePoints * 2) return TooLong;

        var codePoints = 0;
        var bytes = 0;
        for (var rest = name.AsSpan(); !rest.IsEmpty; codePoints++)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var consumed) != OperationStatus.Done)
            {
                return Invariant($"The thing name has half a surrogate pair at character {codePoints + 1}.");
            }

            // SNS and SQS take XML characters only, and U+FFFE and U+FFFF are none: such a thing could never be told of.
            if (Rune.IsControl(rune) || rune.Value is 0xFFFE or 0xFFFF)
            {
                return Invariant($"The thing name has U+{rune.Value:X4} at character {codePoints + 1}.");
            }

            bytes += rune.Utf8SequenceLength;
            rest = rest[consumed..];
        }

        return codePoints > MaxCodePoints ? TooLong : bytes > MaxUtf8Bytes ? TooManyBytes : null;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private const string TooLong = "The thing name is longer than 128 characters (Unicode code points).";
    private const string TooManyBytes = "The thing name is longer than 384 bytes in UTF-8.";
}
