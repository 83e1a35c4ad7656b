using System.Buffers;
using System.Text;
using static System.FormattableString;

namespace IoTOrleans.Events;

/// <summary>Which names a thing may have, for all sources. Names are compared by code point, never normalised.</summary>
internal static class ThingName
{
    /// <summary>AWS IoT's limit for thing names. In Unicode code points, so that 128 emoji count as 128.</summary>
    internal const int MaxCodePoints = 128;

    /// <summary>Keeps the stored item of a thing within one DynamoDB write unit, in every script.</summary>
    internal const int MaxUtf8Bytes = 384;

    private const string TooLong = "The thing name is longer than 128 characters (Unicode code points).";

    /// <param name="why">One sentence for a person; null: the name is valid. It never repeats the name, which may be hostile.</param>
    internal static bool IsValid(string? name, out string? why)
    {
        why = WhatIsWrong(name);
        return why is null;
    }

    private static string? WhatIsWrong(string? name)
    {
        // Orleans throws for a blank key. That would look like a failure of storage, and five of them would pause the consumer.
        if (string.IsNullOrWhiteSpace(name)) return "The thing name is empty or blank.";

        // Before the loop: a name may have megabytes.
        if (name.Length > MaxCodePoints * 2) return TooLong;

        var codePoints = 0;
        var bytes = 0;
        for (var rest = name.AsSpan(); !rest.IsEmpty; codePoints++)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var consumed) != OperationStatus.Done)
                return Invariant($"The thing name has half a surrogate pair at character {codePoints + 1}.");

            // SNS and SQS take XML characters only, which U+FFFE and U+FFFF are not: no notification about such a thing could be sent.
            if (Rune.IsControl(rune) || rune.Value is 0xFFFE or 0xFFFF)
                return Invariant($"The thing name has U+{rune.Value:X4} at character {codePoints + 1}.");

            bytes += rune.Utf8SequenceLength;
            rest = rest[consumed..];
        }

        if (codePoints > MaxCodePoints) return TooLong;
        return bytes > MaxUtf8Bytes ? "The thing name is longer than 384 bytes in UTF-8." : null;
    }
}
