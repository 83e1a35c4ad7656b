using System.Security.Cryptography;
using IoTOrleans.Silo.Api.Access;

namespace IoTOrleans.Silo.Hosting.Lan;

/// <summary>What others need to come in, by the names of the settings.</summary>
internal static class LanCredentials
{
    public const string ApiKey = ReadAuth.ApiKey;
    public const string Username = "Events:Mqtt:Listen:Username";
    public const string Password = "Events:Mqtt:Listen:Password";

    public static readonly IReadOnlyList<string> Names = [ApiKey, Username, Password];

    /// <summary>Without characters that look alike: people type these into devices. Five bits each.</summary>
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    public static IReadOnlyDictionary<string, string> Make() => new Dictionary<string, string>
    {
        [ApiKey] = NewKey.Make(),
        [Username] = "device",
        [Password] = RandomNumberGenerator.GetString(Alphabet, 26),
    };

    /// <returns>What is wrong with credentials that a person may have edited; null: nothing.</returns>
    public static string? Mistake(IReadOnlyDictionary<string, string?> credentials)
    {
        if (Names.FirstOrDefault(name => string.IsNullOrWhiteSpace(credentials.GetValueOrDefault(name))) is { } missing)
            return $"{missing} is missing";
        return credentials[ApiKey]!.Trim().Length < KeySource.Least ? $"{ApiKey} is shorter than {KeySource.Least} characters" : null;
    }
}
