using System.Text;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Silo.Hosting.Composition;

namespace IoTOrleans.Silo.Hosting.Commands;

/// <summary><c>mqtt-user</c>: adds a line to the file of users, or replaces one, and prints the secret, which is kept nowhere.</summary>
internal static class MqttUserCommand
{
    internal const string DefaultFile = "data/mqtt-users";

    private const string Setting = MqttBrokerOptions.Section + ":UsersFile";
    private const string Usage = "write mqtt-user <name> [--file=data/mqtt-users] [--password-stdin]";

    public static async Task<int> Run(string[] arguments)
    {
        try
        {
            if (Read(arguments, out var name, out var file, out var chosen) is { } mistake) return Fail(mistake);
            var secret = chosen ? await Console.In.ReadLineAsync() ?? "" : SecretHash.NewSecret();
            if (chosen && secret.Length < MqttBrokerOptions.LeastPassword)
                return Fail($"The password has fewer than {MqttBrokerOptions.LeastPassword} characters: pipe a longer one into mqtt-user.");
            var replaced = Write(file, name, chosen ? SecretHash.OfChosen(secret) : SecretHash.OfGenerated(secret));
            if (!chosen) Console.WriteLine(secret);
            Terminal.Complain($"{file}: {name} {(replaced ? "has a new" : "has its")} hash. "
                + (chosen ? "" : "The secret above is shown only now. ") + $"The client's user name is {name}.");
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StartupException)
        {
            return Fail(exception.Message);
        }
    }

    /// <returns>What is wrong; null: nothing.</returns>
    private static string? Read(string[] arguments, out string name, out string file, out bool chosen)
    {
        (name, file, chosen) = ("", "", false);
        for (var at = 0; at < arguments.Length; at++)
        {
            var argument = arguments[at];
            if (argument == "--password-stdin") chosen = true;
            else if (argument.StartsWith("--file=", StringComparison.Ordinal)) file = argument["--file=".Length..];
            else if (argument == "--file" && at + 1 < arguments.Length) file = arguments[++at];
            else if (argument.StartsWith("--", StringComparison.Ordinal)) return $"{argument}: {Usage}.";
            else if (name.Length > 0) return $"{argument}: {Usage}; a name with spaces or * needs quotes.";
            else name = argument;
        }

        if (name.Length == 0) return $"There is no name: {Usage}.";
        if (file.Length == 0) file = FileInSettings() is { Length: > 0 } set ? set : DefaultFile;
        return MqttUsers.WhatIsWrongWith(name) is { } wrong ? $"{wrong}." : null;
    }

    /// <summary>As the service beside it finds it.</summary>
    private static string? FileInSettings()
    {
        var reader = new SettingsReader(new ConfigurationBuilder().AddLocalSettings().AddEnvironmentVariables().Build());
        return reader.OptionalFilePath(Setting);
    }

    /// <summary>In one step, since the service may read the file at any moment.</summary>
    /// <returns>Whether there was a line with this name.</returns>
    private static bool Write(string file, string name, SecretHash hash)
    {
        var path = Path.GetFullPath(file);
        PrivateFile.RefuseLink(path);
        var lines = File.Exists(path) ? File.ReadAllLines(path).ToList() : [];
        var there = lines.FindIndex(line => MqttUsers.NameIn(line) == name);
        if (there >= 0) lines[there] = $"{name}:{hash.Text}";
        else lines.Add($"{name}:{hash.Text}");

        // What it kept would go to whom the file belongs. So nothing else is taken over, should a link have led here all the same.
        var text = string.Concat(lines.Select(line => line + "\n"));
        if (MqttUsers.Parse(text, path, before: null).Mistakes is [_, ..] mistakes)
            throw new StartupException($"{string.Join(' ', mistakes)} Nothing was written: correct or remove that first.");
        PrivateFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)), overwrite: true);
        return there >= 0;
    }

    private static int Fail(string line)
    {
        Terminal.Complain(line);
        return Startup.Failed;
    }
}
