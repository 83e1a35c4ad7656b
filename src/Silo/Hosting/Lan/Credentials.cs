using System.Security.Cryptography;

namespace IoTOrleans.Silo.Hosting.Lan;

/// <summary>What others need to come in, by the names of the settings.</summary>
internal static class Credentials
{
    public const string ApiKey = "Auth:ApiKey";
    public const string Username = "Events:Mqtt:Listen:Username";
    public const string Password = "Events:Mqtt:Listen:Password";

    /// <summary>A shorter key can be guessed.</summary>
    public const int LeastKeyLength = 16;

    public static readonly IReadOnlyList<string> Names = [ApiKey, Username, Password];

    /// <summary>Without characters that look alike: people type these into devices. Five bits each.</summary>
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    public static IReadOnlyDictionary<string, string> Make() => new Dictionary<string, string>
    {
        [ApiKey] = NewKey(),
        [Username] = "device",
        [Password] = RandomNumberGenerator.GetString(Alphabet, 26),
    };

    private static string NewKey() => RandomNumberGenerator.GetString(Alphabet, 40);

    /// <returns>What is wrong with credentials that a person may have edited; null: nothing.</returns>
    public static string? Mistake(IReadOnlyDictionary<string, string?> credentials)
    {
        if (Names.FirstOrDefault(name => string.IsNullOrWhiteSpace(credentials.GetValueOrDefault(name))) is { } missing)
            return $"{missing} is missing";
        return credentials[ApiKey]!.Trim().Length < LeastKeyLength ? $"{ApiKey} is shorter than {LeastKeyLength} characters" : null;
    }
}
