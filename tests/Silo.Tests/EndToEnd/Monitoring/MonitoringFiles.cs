using IoTOrleans.Testing.Emulators;
using Shouldly;

namespace IoTOrleans.Silo.Tests.EndToEnd.Monitoring;

/// <summary>deploy/monitoring, and a copy of it in which some words are others.</summary>
internal static class MonitoringFiles
{
    public static string Folder { get; } = Path.Combine(RepositoryRoot.Path, "deploy", "monitoring");

    public static string Rules { get; } = File.ReadAllText(Path.Combine(Folder, "iot-orleans.rules.yml"));

    /// <summary>As somebody does who follows the README: the key and the address are theirs.</summary>
    public static void CopyTo(string folder, string key, params (string From, string To)[] more)
    {
        File.WriteAllText(Path.Combine(folder, "iot-orleans.key"), key + "\n");
        Copy("prometheus.yml", [("/etc/prometheus/iot-orleans.key", Path.Combine(folder, "iot-orleans.key")), .. more]);
        Copy("iot-orleans.rules.yml", [("interval: 1m", "interval: 1s"), ("interval: 5m", "interval: 1s")]);

        void Copy(string name, (string From, string To)[] changes)
        {
            var text = File.ReadAllText(Path.Combine(Folder, name));
            foreach (var (from, to) in changes)
            {
                text.ShouldContain(from);
                text = text.Replace(from, to, StringComparison.Ordinal);
            }

            File.WriteAllText(Path.Combine(folder, name), text);
        }
    }
}
