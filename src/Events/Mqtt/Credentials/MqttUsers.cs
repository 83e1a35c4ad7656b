using System.Security.Cryptography;
using System.Text;

namespace IoTOrleans.Events.Mqtt;

/// <summary>One line of the file of users: <c>name:hash</c>. The client's user name is the name.</summary>
/// <param name="Name">Under which client IDs it may connect: <see cref="ClientNames.Cover"/>.</param>
internal sealed class MqttUser(string name, SecretHash hash)
{
    private volatile byte[]? _verified;

    internal string Name => name;

    internal SecretHash Hash => hash;

    /// <param name="tag">A keyed hash of the password that a client sent.</param>
    internal bool HasVerified(byte[] tag) => _verified is { } verified && CryptographicOperations.FixedTimeEquals(verified, tag);

    /// <summary>The password was right. Kept here, so it is forgotten with the line.</summary>
    internal void Verified(byte[] tag) => _verified = tag;
}

/// <summary>The file of users (<c>Events:Mqtt:Listen:UsersFile</c>).</summary>
internal sealed class MqttUsers
{
    /// <summary>100,000 lines have about 8 MB.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

    private const int MostMistakes = 20;
    private const string Setting = MqttBrokerOptions.Section + ":UsersFile";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, MqttUser> _users = new(StringComparer.Ordinal);

    /// <summary>How many passwords are slow to check.</summary>
    internal int Chosen { get; private set; }

    internal MqttUser? Find(string? name) => name is null ? null : _users.GetValueOrDefault(name);

    internal bool Has(MqttUser user) => Find(user.Name) == user;

    /// <param name="before">Lines that are as they were keep what was verified of them.</param>
    internal static Loaded<MqttUsers> Load(string path, MqttUsers? before)
    {
        try
        {
            if (new FileInfo(path).Length > MostBytes) return Failed(path, $"it has more than {MostBytes / 1024 / 1024} MB");
            return Parse(Utf8.GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF'), path, before);
        }
        catch (DecoderFallbackException)
        {
            return Failed(path, "it is not UTF-8");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Failed(path, exception is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file; the command mqtt-user makes it" : exception.Message.TrimEnd('.'));
        }
    }

    /// <returns>Null: a comment or an empty line.</returns>
    internal static string? NameIn(string line) => line.Length == 0 || line[0] == '#' || line.LastIndexOf(':') is not (var colon and > 0)
        ? null : line[..colon];

    /// <returns>What is wrong with the name of a line; null: nothing.</returns>
    internal static string? WhatIsWrongWith(string name)
    {
        if (name.StartsWith('#')) return "a name may not begin with #, as comments do";
        return ThingName.IsValid(name, out var why) ? null : why!.TrimEnd('.');
    }

    private static Loaded<MqttUsers> Failed(string path, string why) => new(null, [$"{Setting}={path}: {why}."]);

    internal static Loaded<MqttUsers> Parse(string text, string path, MqttUsers? before)
    {
        var users = new MqttUsers();
        var mistakes = new List<string>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, raw) in text.Split('\n').Index())
        {
            var line = raw.TrimEnd();
            if (line.Length == 0 || line[0] == '#') continue;
            if (Read(line, numbers, index + 1, out var user) is { } wrong) mistakes.Add($"{Setting}={path}, line {index + 1}: {wrong}.");
            else users.Add(before?.Find(user!.Name) is { } same && same.Hash.Text == user!.Hash.Text ? same : user!);
        }

        if (mistakes.Count > MostMistakes)
            mistakes = [.. mistakes.Take(MostMistakes), $"{Setting}={path}: {mistakes.Count - MostMistakes} more lines are wrong."];

        // Also what a reader sees of a file that is being written anew. A comment shows that nobody is meant.
        if (mistakes.Count == 0 && users._users.Count == 0 && !text.Split('\n').Any(line => line.StartsWith('#')))
        {
            return Failed(path, "it is empty; the command mqtt-user adds a line, and a file with nothing but a comment (# nobody) means "
                + "that nobody may connect by it");
        }

        return new(mistakes.Count == 0 ? users : null, mistakes);
    }

    private static string? Read(string line, Dictionary<string, int> numbers, int number, out MqttUser? user)
    {
        user = null;
        if (NameIn(line) is not { } name) return "it is not name:hash; make the line with the command mqtt-user";
        if (WhatIsWrongWith(name) is { } bad) return bad;
        if (!numbers.TryAdd(name, number)) return $"line {numbers[name]} has the same name";
        if (SecretHash.TryParse(line[(name.Length + 1)..], out var hash) is { } wrong) return wrong;
        user = new(name, hash!);
        return null;
    }

    private void Add(MqttUser user)
    {
        _users.Add(user.Name, user);
        if (user.Hash.IsChosen) Chosen++;
    }
}
