using IoTOrleans.Silo.Hosting.Composition;
using IoTOrleans.Silo.Hosting.Lan;

namespace IoTOrleans.Silo.Hosting.Commands;

/// <summary><c>import</c>: sends the thing names on standard input to a running service, and shows how far it is with them.</summary>
internal static class ImportCommand
{
    public static async Task<int> Run(string[] arguments)
    {
        try
        {
            return await Import(arguments);
        }
        catch (Exception exception) when (Startup.Explain(exception) is { } line)
        {
            return Fail(line);
        }
    }

    private static async Task<int> Import(string[] arguments)
    {
        if (Read(arguments, out var url, out var key) is { } mistake) return Fail(mistake);
        if (!Console.IsInputRedirected) return Fail("import reads thing names from its standard input: import < things.jsonl");
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            return Fail($"--url={url}: say the address of the service, like http://127.0.0.1:8080.");

        using var http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        key ??= OwnKey(address);
        if (key is not null) http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        await using var input = Console.OpenStandardInput();
        var progress = new ImportProgress(Console.Error, Console.IsErrorRedirected ? null : Width());
        var (status, line) = await new ImportClient(http, progress, TimeProvider.System).Import(input);
        if (status != 0) return Fail(line);
        Terminal.Say(line);
        return 0;
    }

    /// <returns>Null: there is no mistake.</returns>
    private static string? Read(string[] arguments, out string url, out string? key)
    {
        (url, key) = (HealthQuestion.DefaultAddress(), null);
        for (var at = 0; at < arguments.Length; at++)
        {
            var (name, value) = arguments[at].Split('=', 2) is [var before, var after] ? (before, after) : (arguments[at], null);
            if (name is not ("--url" or $"--{ReadAuth.ApiKey}"))
            {
                // What has no dashes may be the key, after a space.
                var what = name.StartsWith("--", StringComparison.Ordinal) ? name : "An argument that is no setting";
                return $"{what}: import takes --url and --{ReadAuth.ApiKey} only.";
            }

            value ??= at + 1 < arguments.Length ? arguments[++at] : null;
            if (value is null) return $"{name} has no value: write {name}=value.";
            if (name == "--url") url = value;
            else key = value;
        }

        if (key is not null)
        {
            key = key.Split(',')[0].Trim() is { Length: > 0 } first ? first : null;
            return null;
        }

        // As the service beside it finds its own. Any of them will do.
        var reader = new SettingsReader(LocalSettings());
        key = ReadAuth.Source(reader, ReadAuth.ApiKey).Read(reader.Mistake) is [var any, ..] ? any : null;
        return reader.Mistakes is [var mistake, ..] ? mistake : null;
    }

    /// <summary>What a service on this machine made for itself with <c>--lan</c>. No other machine gets it.</summary>
    private static string? OwnKey(Uri service) => service.IsLoopback && ReadSettings.SqlitePath(LocalSettings()) is { Length: > 0 } database
        ? CredentialsFile.Beside(database).Key() : null;

    private static IConfiguration LocalSettings() => new ConfigurationBuilder().AddLocalSettings().AddEnvironmentVariables().Build();

    private static int Fail(string line)
    {
        Terminal.Complain(line);
        return Startup.Failed;
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
