using IoTOrleans.Events.Machine;
using IoTOrleans.Silo.Api.Access;

namespace IoTOrleans.Silo.Hosting.Settings;

/// <param name="ApiKey">Keys that may read and write.</param>
/// <param name="ReadOnlyKey">Keys that may only read.</param>
/// <param name="AllowAnonymous">Something else guards the service.</param>
/// <param name="ProxyUserHeader">Names the user; believed from <paramref name="TrustedProxies"/> only.</param>
internal sealed record AuthSettings(
    KeySource ApiKey, KeySource ReadOnlyKey, bool AllowAnonymous, string? ProxyUserHeader, IReadOnlyList<IPNetwork> TrustedProxies)
{
    /// <summary>False: whoever reaches the service may do everything.</summary>
    public bool AsksWho => ApiKey.IsSet || ReadOnlyKey.IsSet || ProxyUserHeader is not null;

    /// <param name="peer">Null: a Unix socket, which has no address.</param>
    public bool IsProxy(IPAddress? peer)
    {
        if (peer is null) return false;
        var address = ClientAddress.Plain(peer);
        return TrustedProxies.Any(network => network.Contains(address));
    }
}

/// <summary>Where keys come from: a setting, or the file that another setting names.</summary>
internal sealed record KeySource(string Setting, string? Text, string? Path)
{
    internal const int Least = 16;

    private const string Remedy = "the command key prints a new one (dotnet run --project src/Silo -- key)";

    public bool IsSet => Text is not null || Path is not null;

    public string Name => Path is null ? Setting : $"{Setting}File={Path}";

    /// <param name="mistake">Takes each mistake as a line that names the setting, and never a key.</param>
    public IReadOnlyList<string> Read(Action<string> mistake)
    {
        if (!IsSet) return [];
        if (Keys(mistake) is not { } keys) return [];
        if (keys.Count == 0) mistake($"{Name} has no key: {Remedy}.");
        foreach (var (i, key) in keys.Index())
        {
            var which = $"{Name}: key {i + 1} of {keys.Count}";
            if (key.Length < Least) mistake($"{which} has {key.Length} characters, and needs {Least} at least: {Remedy}.");
            else if (NewKey.IsBroken(key)) mistake($"{which} is not as it was printed, because its checksum is wrong: copy it again.");
        }

        return keys;
    }

    /// <summary>Overridden so that no log shows a key.</summary>
    public override string ToString() => Name;

    /// <returns>Null: the file cannot be read.</returns>
    private List<string>? Keys(Action<string> mistake)
    {
        const StringSplitOptions plain = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

        // That it is no path has been said.
        if (Path is "") return null;
        if (Path is null) return [.. Text!.Split(',', plain)];
        try
        {
            return [.. File.ReadAllText(Path).Split('\n', plain).Where(line => !line.StartsWith('#'))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            mistake($"{Name} cannot be read ({exception.Message.TrimEnd('.')}): let this user read it, or name another file.");
            return null;
        }
    }
}
