using System.Reflection;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Silo.Api.Access;

namespace IoTOrleans.Silo.Hosting.Commands;

internal static class Usage
{
    private const string Help = """
        IoTOrleans tells you about a device only when it stays away.

          IoTOrleans.Silo [--Setting:Name=value ...] [--urls http://127.0.0.1:8080]
          IoTOrleans.Silo --lan [--Setting:Name=value ...]     the same for the whole local network, with a key, an MQTT user and a
                                                               password that are made once and kept in data/credentials.json
          IoTOrleans.Silo --health [http://127.0.0.1:8080]     asks a running one whether it is ready; status 0: yes
          IoTOrleans.Silo import [--url http://127.0.0.1:8080] < things.jsonl
                                                               asks a running one to take in the things named there, one a line
          IoTOrleans.Silo backup <file> [--database data/iot-orleans.db]
                                                               copies the database, also while the service runs
          IoTOrleans.Silo key                                  prints a new key for Auth:ApiKey or Auth:ReadOnlyKey
          IoTOrleans.Silo mqtt-user <name> [--file data/mqtt-users] [--password-stdin]
                                                               adds credentials for a thing, or for all whose names begin alike
                                                               (site-7-*), and prints the secret

        Without any setting: an MQTT broker on 127.0.0.1:1883, HTTP on 127.0.0.1:8080, state in data/iot-orleans.db, notifications here.
        Settings also come from environment variables (Presence__Grace=10m) and appsettings.json; docs/settings.md lists them all.

        A policy, for all things as Presence:<name>, for some as Presence:Policies:<n>:<name> with a glob in Presence:Policies:<n>:Match:

        """;

    private static string Policies => string.Join(Environment.NewLine, PolicyFields.All.Select(Line));

    public static string Version { get; } =
        typeof(Usage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";

    /// <returns>The exit status; null: start the service.</returns>
    public static async Task<int?> Asked(string[] args)
    {
        if (args is ["--health", .. var address] && address.Length <= 1) return await HealthQuestion.Ask(address.FirstOrDefault());
        if (args is ["import", .. var rest]) return await ImportCommand.Run(rest);
        if (args is ["backup", .. var copy]) return await BackupCommand.Run(copy);
        if (args is ["mqtt-user", .. var user]) return await MqttUserCommand.Run(user);
        if (args is ["--help" or "-h" or "-?" or "help"]) Console.WriteLine(Help + Policies);
        else if (args is ["key"]) Console.WriteLine(NewKey.Make());
        else if (args is ["--version"]) Console.WriteLine(Version);
        else return null;
        return 0;
    }

    private static string Line(PolicyField field) =>
        $"  {field.Name,-15} {field.Range,-23} "
            + $"{field.Help}{(field.HasDefault ? $" (default: {Default(field)})" : " (not for all things)")}";

    private static string Default(PolicyField field) => field switch
    {
        DurationField { Default: { } duration } => Duration.Write(duration),
        FlagField { Default: { } flag } => flag ? "true" : "false",
        _ => "none",
    };
}
