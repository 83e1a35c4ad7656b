using System.Security.Cryptography;
using System.Text;

namespace IoTOrleans.Silo.Api.Access;

/// <param name="Hash">SHA-256; the key itself is not kept.</param>
internal sealed record Key(byte[] Hash, bool MayWrite)
{
    /// <summary>Tells keys from each other in logs, and gives nothing away.</summary>
    public string Fingerprint { get; } = $"key {Convert.ToHexStringLower(Hash)[..6]}";
}

/// <summary>All keys that open the door.</summary>
internal sealed class KeySet
{
    private readonly List<Key> _keys;

    private KeySet(IEnumerable<string> apiKeys, IEnumerable<string> readOnlyKeys) => _keys =
    [
        .. apiKeys.Select(key => new Key(Hash(Encoding.UTF8.GetBytes(key)), MayWrite: true)),
        .. readOnlyKeys.Select(key => new Key(Hash(Encoding.UTF8.GetBytes(key)), MayWrite: false)),
    ];

    public int Count => _keys.Count;

    /// <returns>Each mistake is a line that names the setting, and never a key.</returns>
    public static Loaded<KeySet> Read(AuthSettings auth)
    {
        var mistakes = new List<string>();
        var (apiKeys, readOnlyKeys) = (auth.ApiKey.Read(mistakes.Add), auth.ReadOnlyKey.Read(mistakes.Add));
        if (readOnlyKeys.Intersect(apiKeys, StringComparer.Ordinal).Any())
            mistakes.Add($"{auth.ReadOnlyKey.Name} has a key that {auth.ApiKey.Name} has too: a key may write or not; make another one.");
        return new(mistakes.Count == 0 ? new(apiKeys, readOnlyKeys) : null, mistakes);
    }

    /// <summary>Compares with every key in constant time, so that the time of an answer says nothing about a key.</summary>
    public Key? Find(ReadOnlySpan<byte> candidate)
    {
        var hash = Hash(candidate);
        Key? found = null;
        foreach (var key in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, key.Hash)) found = key;
        }

        return found;
    }

    private static byte[] Hash(ReadOnlySpan<byte> key) => SHA256.HashData(key);
}
