namespace IoTOrleans.Silo.Hosting.Lan;

/// <summary>
/// <c>--lan</c>: gives a value to each setting that a start on the local network needs and that has none. What the user has set stays.
/// </summary>
internal sealed class LocalNetwork
{
    public const string Argument = "--lan";

    /// <summary>For the mistakes of a start that others could reach without a key.</summary>
    public const string Instead = $" Or start with {Argument}, which sets all that is missing for the local network.";

    private readonly List<string> _lines = [];
    private readonly List<string> _mistakes = [];
    private IReadOnlyDictionary<string, string>? _new;
    private CredentialsFile? _file;

    private LocalNetwork()
    {
    }

    /// <summary>For the start text. No secrets.</summary>
    public IReadOnlyList<string> Lines => _lines;

    public static async Task<LocalNetwork> Fill(ConfigurationManager configuration)
    {
        var network = new LocalNetwork();
        network.Fill(configuration, await OwnNames.Find());
        return network;
    }

    public IEnumerable<string> Mistakes(SiloSettings settings) => settings.Storage == StorageProvider.DynamoDB
        ? [$"{Argument} is for one machine, and silos on DynamoDB need the same key: set Auth:ApiKey, --urls and AllowedHosts instead."]
        : _mistakes;

    /// <summary>Writes credentials that were made now. Not before all settings are known to be right.</summary>
    public void Keep()
    {
        if (_new is not null) _file!.Write(_new);
    }

    private void Fill(ConfigurationManager configuration, IReadOnlyList<string> names)
    {
        var secrets = LackingSecrets(configuration).ToList();
        var credentials = secrets.Count == 0 ? null : FindOrMake(configuration, secrets);
        configuration.AddInMemoryCollection(
        [
            .. secrets.Select(name => KeyValuePair.Create(name, (string?)credentials![name])),
            .. LackingAddresses(configuration, names),
        ]);
    }

    private IReadOnlyDictionary<string, string> FindOrMake(ConfigurationManager configuration, List<string> secrets)
    {
        var made = LanCredentials.Make();

        // Without a path the start fails anyway.
        if (ReadSettings.SqlitePath(new SettingsReader(configuration)) is not { Length: > 0 } database) return made;
        _file = CredentialsFile.Beside(database);
        try
        {
            var found = _file.Read(warning => _lines.Add($"  Warning   {warning}"));
            if (found is null) _new = made;
            _lines.Add($"  Keys      {_file.Path}{(found is null ? ", made now," : "")} has {string.Join(", ", secrets)}");
            return found ?? made;
        }
        catch (StartupException exception)
        {
            _mistakes.Add(exception.Message);
            return made;
        }
    }

    internal static IEnumerable<string> LackingSecrets(IConfiguration configuration)
    {
        var isOpen = bool.TryParse(configuration["Auth:AllowAnonymous"], out var anonymous) && anonymous;
        if (!isOpen && !Has(configuration, LanCredentials.ApiKey) && !Has(configuration, "Auth:ApiKeyFile"))
            yield return LanCredentials.ApiKey;
        if (HasNoBroker(configuration)) yield break;
        if (Has(configuration, "Events:Mqtt:Listen:UsersFile") || Has(configuration, "Events:Mqtt:Listen:ClientCaFile")) yield break;
        if (!Has(configuration, LanCredentials.Username)) yield return LanCredentials.Username;
        if (!Has(configuration, LanCredentials.Password)) yield return LanCredentials.Password;
    }

    internal static IEnumerable<KeyValuePair<string, string?>> LackingAddresses(IConfiguration configuration, IReadOnlyList<string> names)
    {
        const string broker = "Events:Mqtt:Listen:Address";
        if (!HasNoBroker(configuration) && !Has(configuration, broker)) yield return new(broker, IPAddress.Any.ToString());
        if (names.Count > 0 && !Has(configuration, "AllowedHosts")) yield return new("AllowedHosts", string.Join(';', names));
    }

    private static bool HasNoBroker(IConfiguration configuration) => configuration["Events:Mqtt:Listen:Port"]?.Trim() == "0";

    /// <summary>As for the service, a blank is no value.</summary>
    private static bool Has(IConfiguration configuration, string key) =>
        configuration.GetSection(key).AsEnumerable().Any(pair => !string.IsNullOrWhiteSpace(pair.Value));
}
