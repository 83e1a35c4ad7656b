using System.Text;
using IoTOrleans.Events.Mqtt;

namespace IoTOrleans.Silo.Hosting.Commands;

/// <summary><c>mqtt-user</c>: adds a line to the file of users, or replaces one, and prints the secret, which is kept nowhere.</summary>
internal static class MqttUserCommand
{
    internal const string DefaultFile = "data/mqtt-users";

    private const string Setting = MqttBrokerOptions.Section + ":UsersFile";
    private const string Usage = "write mqtt-user <name> [--file=data/mqtt-users] [--password-stdin]";

    public static Task<int> Run(string[] arguments) => Startup.Command(() => Add(arguments));

    private static async Task<int> Add(string[] arguments)
    {
        var mistakes = new List<string>();
        var (name, file, chosen) = Read(arguments, mistakes.Add);
        file ??= LocalSettings.Read(reader => reader.OptionalFilePath(Setting), mistakes.Add) ?? DefaultFile;
        if (mistakes.Count > 0) return Startup.Fail(mistakes);

        var secret = chosen ? await Console.In.ReadLineAsync() ?? "" : SecretHash.NewSecret();
        if (chosen && secret.Length < MqttBrokerOptions.LeastPassword)
        {
            return Startup.Fail(
                $"The password has fewer than {MqttBrokerOptions.LeastPassword} characters: pipe a longer one into mqtt-user.");
        }

        var replaced = Write(file, name, chosen ? SecretHash.OfChosen(secret) : SecretHash.OfGenerated(secret));
        if (!chosen) Console.WriteLine(secret);
        Terminal.Complain($"{file}: {name} {(replaced ? "has a new" : "has its")} hash. "
            + (chosen ? "" : "The secret above is shown only now. ") + $"The client's user name is {name}.");
        return 0;
    }

    /// <returns>The file is null: that of the settings.</returns>
    private static (string Name, string? File, bool Chosen) Read(string[] arguments, Action<string> mistake)
    {
        var (name, file, chosen) = ("", (string?)null, false);
        for (var at = 0; at < arguments.Length; at++)
        {
            var argument = arguments[at];
            if (argument == "--password-stdin") chosen = true;
            else if (argument.StartsWith("--file=", StringComparison.Ordinal)) file = argument["--file=".Length..];
            else if (argument == "--file") file = at + 1 < arguments.Length ? arguments[++at] : "";
            else if (argument.StartsWith("--", StringComparison.Ordinal)) mistake($"{argument}: {Usage}.");
            else if (name.Length > 0) mistake($"{argument}: {Usage}; a name with spaces or * needs quotes.");
            else name = argument;
        }

        if (name.Length == 0) mistake($"There is no name: {Usage}.");
        else if (MqttUsers.WhatIsWrongWith(name) is { } wrong) mistake($"{wrong}.");
        if (file is not null && string.IsNullOrWhiteSpace(file)) mistake($"--file has no value: {Usage}.");
        return (name, file, chosen);
    }

    /// <summary>In one step, since the service may read the file at any moment.</summary>
    /// <returns>Whether there was a line with this name.</returns>
    private static bool Write(string file, string name, SecretHash hash)
    {
        try
        {
            return WriteLine(file, name, hash);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"{file} cannot be written ({exception.Message.TrimEnd('.')}): let this user write it, or name another one with --file.");
        }
    }

    private static bool WriteLine(string file, string name, SecretHash hash)
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
}
