using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// How a secret is kept. A generated one has 128 bits, which nobody tries out, so one SHA-256 is enough. A chosen password is hashed as
/// slowly as OWASP says (Password Storage Cheat Sheet: PBKDF2-HMAC-SHA512 with 210,000 iterations).
/// </summary>
/// <param name="Text">As in the file.</param>
/// <param name="Iterations">0: a generated secret.</param>
internal sealed record SecretHash(string Text, int Iterations, byte[] Salt, byte[] Hash)
{
    internal const int ChosenIterations = 210_000;

    private const string Generated = "sha256";
    private const string Chosen = "pbkdf2-sha512";
    private const int SecretBytes = 16;
    private const int SaltBytes = 16;
    private const int LeastIterations = 100_000;

    /// <summary>One check must not take minutes.</summary>
    private const int MostIterations = 10_000_000;

    private const string Remedy = "make the line with the command mqtt-user";

    internal bool IsChosen => Iterations > 0;

    internal static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    internal static SecretHash OfGenerated(string secret)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        return new($"{Generated}${Base64Url.EncodeToString(hash)}", 0, [], hash);
    }

    internal static SecretHash OfChosen(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = Derive(Encoding.UTF8.GetBytes(password), salt, ChosenIterations);
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Chosen}${ChosenIterations}${Base64Url.EncodeToString(salt)}${Base64Url.EncodeToString(hash)}");
        return new(text, ChosenIterations, salt, hash);
    }

    /// <returns>What is wrong and what to do; null: nothing. It never repeats the text.</returns>
    internal static string? TryParse(string text, out SecretHash? hash)
    {
        hash = null;
        try
        {
            hash = text.Split('$') switch
            {
                [Generated, var of] => new(text, 0, [], Base64Url.DecodeFromChars(of)),
                [Chosen, var iterations, var salt, var of] => new(
                    text, int.Parse(iterations, NumberStyles.None, CultureInfo.InvariantCulture), Base64Url.DecodeFromChars(salt),
                    Base64Url.DecodeFromChars(of)),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            // Not one of the two forms either.
        }

        switch (hash)
        {
            case null:
                return $"what follows the name is no hash that this version knows; {Remedy}";
            case { IsChosen: false, Hash.Length: not SHA256.HashSizeInBytes }:
            case { IsChosen: true, Hash.Length: not SHA512.HashSizeInBytes }:
                return $"its hash is not complete; {Remedy}";
            case { Salt.Length: < SaltBytes } when text.StartsWith(Chosen, StringComparison.Ordinal):
                return $"its salt has fewer than {SaltBytes} bytes; {Remedy}";
            case { Iterations: < LeastIterations or > MostIterations } when text.StartsWith(Chosen, StringComparison.Ordinal):
                return string.Create(
                    CultureInfo.InvariantCulture, $"it must have {LeastIterations} to {MostIterations} iterations; {Remedy}");
            default:
                return null;
        }
    }

    /// <summary>Slow for a chosen password.</summary>
    internal bool Fits(byte[] password) => CryptographicOperations.FixedTimeEquals(
        Hash, IsChosen ? Derive(password, Salt, Iterations) : SHA256.HashData(password));

    private static byte[] Derive(byte[] password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, SHA512.HashSizeInBytes);
}
