using IoTOrleans.Silo.Hosting.Lan;

namespace IoTOrleans.Silo.Hosting.Commands;

/// <summary><c>import</c>: sends the thing names on standard input to a running service, and shows how far it is with them.</summary>
internal static class ImportCommand
{
    public static Task<int> Run(string[] arguments) => Startup.Command(() => Import(arguments));

    private static async Task<int> Import(string[] arguments)
    {
        var mistakes = new List<string>();
        var (url, key) = Read(arguments, mistakes.Add);
        if (!Console.IsInputRedirected) mistakes.Add("import reads thing names from its standard input: import < things.jsonl");
        var service = HealthQuestion.ServiceAt(url ?? HealthQuestion.DefaultAddress());
        if (service is null) mistakes.Add($"--url={url}: {HealthQuestion.Remedy}");
        else key ??= LocalSettings.Read(reader => KeyFor(service, reader), mistakes.Add);
        if (mistakes.Count > 0) return Startup.Fail(mistakes);

        using var http = new HttpClient { BaseAddress = service, Timeout = Timeout.InfiniteTimeSpan };
        if (key is not null) http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        await using var input = Console.OpenStandardInput();
        var progress = new ImportProgress(Console.Error, Console.IsErrorRedirected ? null : Width());
        var (status, line) = await new ImportClient(http, progress, TimeProvider.System).Import(input);
        if (status != 0) return Startup.Fail(line);
        Terminal.Say(line);
        return 0;
    }

    /// <returns>Null is what was not said.</returns>
    private static (string? Url, string? Key) Read(string[] arguments, Action<string> mistake)
    {
        var (url, key) = ((string?)null, (string?)null);
        for (var at = 0; at < arguments.Length; at++)
        {
            var (name, value) = arguments[at].Split('=', 2) is [var before, var after] ? (before, after) : (arguments[at], null);
            if (name is not ("--url" or $"--{ReadAuth.ApiKey}"))
            {
                // What has no dashes may be the key, after a space.
                var what = name.StartsWith("--", StringComparison.Ordinal) ? name : "An argument that is no setting";
                mistake($"{what}: import takes --url and --{ReadAuth.ApiKey} only.");
                continue;
            }

            value ??= at + 1 < arguments.Length ? arguments[++at] : null;
            if (value is null) mistake($"{name} has no value: write {name}=value.");
            else if (name == "--url") url = value;
            else key = value.Split(',')[0].Trim() is { Length: > 0 } first ? first : null;
        }

        return (url, key);
    }

    /// <summary>Any of the keys that are set, or the one that a service on this machine made for itself with <c>--lan</c>.</summary>
    private static string? KeyFor(Uri service, SettingsReader reader)
    {
        if (ReadAuth.Source(reader, ReadAuth.ApiKey).Read(reader.Mistake) is [var any, ..]) return any;

        // No other machine gets it.
        return service.IsLoopback && ReadSettings.SqlitePath(reader) is { Length: > 0 } database
            ? CredentialsFile.Beside(database).Key() : null;
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
