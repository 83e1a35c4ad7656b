using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace IoTOrleans.Silo.Api.Access;

/// <summary>
/// A key that a person need not invent. Its prefix gives scanners for leaked secrets a pattern to look for, and by its checksum a key that
/// was cut off or mistyped is noticed at start.
/// </summary>
internal static class NewKey
{
    internal const string Prefix = "iotorleans_";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>178 bits.</summary>
    private const int RandomLength = 30;

    /// <summary>Enough for 32 bits.</summary>
    private const int ChecksumLength = 6;

    public static string Make()
    {
        var random = RandomNumberGenerator.GetString(Alphabet, RandomLength);
        return Prefix + random + Checksum(random);
    }

    /// <summary>It begins as one of ours and is none.</summary>
    public static bool IsBroken(string key)
    {
        if (!key.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var rest = key[Prefix.Length..];
        return rest.Length != RandomLength + ChecksumLength || rest[RandomLength..] != Checksum(rest[..RandomLength]);
    }

    private static string Checksum(string random)
    {
        var number = Crc32.HashToUInt32(Encoding.UTF8.GetBytes(random));
        return string.Create(ChecksumLength, number, (digits, left) =>
        {
            for (var at = digits.Length - 1; at >= 0; at--, left /= (uint)Alphabet.Length)
                digits[at] = Alphabet[(int)(left % Alphabet.Length)];
        });
    }
}
