using IoTOrleans.Silo.Hosting.Lan;

namespace IoTOrleans.Silo.Hosting.Settings;

/// <summary>The arguments that are settings, and the mistakes in the others, most of which ASP.NET Core would ignore.</summary>
/// <param name="Lan">Open to the local network.</param>
internal sealed record CommandLine(string[] Settings, bool Lan, IReadOnlyList<string> Mistakes)
{
    /// <summary>Names without a section: our own, and those of ASP.NET Core and its test host.</summary>
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "ExternalUrl", "Culture", "AllowedHosts", "urls", "http_ports", "https_ports", "https_port", "environment", "contentRoot",
        "applicationName", "webroot",
        "detailedErrors", "captureStartupErrors", "shutdownTimeoutSeconds", "preferHostingUrls", "hostingStartupAssemblies",
        "forwardedHeaders_enabled",
    };

    public static CommandLine Read(IReadOnlyList<string> arguments)
    {
        var (settings, lan, mistakes) = (new List<string>(), false, new List<string>());
        string? before = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];

            // A service file may pass a variable that is empty.
            if (string.IsNullOrWhiteSpace(argument)) continue;
            if (argument.Equals(LocalNetwork.Argument, StringComparison.OrdinalIgnoreCase))
            {
                (lan, before) = (true, null);
                continue;
            }

            var named = argument.StartsWith("--", StringComparison.Ordinal) || argument.StartsWith('/');
            var key = argument.Split('=')[0].TrimStart('-', '/');
            if (before is not null && !argument.StartsWith("--", StringComparison.Ordinal) && !(argument.Contains('=') && IsName(key)))
            {
                // Not repeated: it may be a secret.
                mistakes.Add(arguments[i - 1].EndsWith($"{before}=", StringComparison.Ordinal)
                    ? $"--{before}= has no value: write it right behind the =."
                    : $"What comes after --{before} is no setting: write --Section:Name=value, and put a value with a space in quotes.");
            }
            else if (argument.Contains('='))
            {
                Take(named || !argument.StartsWith('-'), argument);
            }
            else if (!named)
            {
                mistakes.Add($"{argument}: write a setting as --Section:Name=value, like --Presence:Grace=5m.");
            }
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                Take(true, argument, arguments[++i]);
            }
            else
            {
                mistakes.Add($"--{key} has no value: write --{key}=value.");
            }

            void Take(bool hasDashes, params string[] setting)
            {
                before = key;
                if (key.Equals("lan", StringComparison.OrdinalIgnoreCase)) mistakes.Add($"{LocalNetwork.Argument} takes no value.");
                else if (!hasDashes) mistakes.Add($"-{key}: a setting begins with two dashes: --{key}=value.");
                else if (!key.Contains(':') && key.Contains("__", StringComparison.Ordinal))
                    mistakes.Add($"--{key}: two underscores are for environment "
                        + $"variables; here it is --{key.Replace("__", ":", StringComparison.Ordinal)}.");
                else if (!IsName(key))
                    mistakes.Add($"--{key}: there is no such setting; docs/settings.md lists them all.");
                else settings.AddRange(setting);
            }
        }

        return new([.. settings], lan, mistakes);
    }

    private static bool IsName(string key) => key.Contains(':') || Words.Contains(key);
}
