using System.Net.Sockets;

namespace IoTOrleans.Events.Machine;

/// <summary>
/// Watches the limit of open files, connections among them (RLIMIT_NOFILE). At the limit the runtime may abort, so some files are reserved:
/// half for HTTP, which people and health checks use, half for what the process opens.
/// </summary>
internal sealed partial class FileGauge(int? limit, TimeProvider time, ILogger<FileGauge> logger)
{
    /// <summary>The fewest that work: the process has near 300 files open before anybody connects.</summary>
    internal const int Least = 512;

    private readonly LogLimiter _full = new(time);

    /// <summary>How many files this process may have open; null: unknown.</summary>
    public int? Limit => limit;

    public int Reserve => Math.Clamp((limit ?? 0) / 8, 64, 512);

    /// <summary>So many silent connections, or fewer where files are few: they leave room for those of another port.</summary>
    /// <param name="part">How many times as many files there must be.</param>
    public int MostSilent(int most, int part) => limit is { } files ? Math.Min(most, files / part) : most;

    /// <summary>How many more connections fit; null: unknown.</summary>
    public int? Room =>
        limit is { } most ? Math.Max(0, most - Reserve - Directory.EnumerateFileSystemEntries("/proc/self/fd").Count()) : null;

    /// <summary>Null: not Linux, or no limit.</summary>
    public static int? LimitOfThisProcess()
    {
        const string limits = "/proc/self/limits";
        if (!File.Exists(limits)) return null;
        var line = File.ReadLines(limits).FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var text = line?["Max open files".Length..].TrimStart().Split(' ')[0];
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var soft) ? soft : null;
    }

    /// <summary>Whether this connection of a device is one too many. If so, logs it.</summary>
    /// <param name="makeRoom">Closes another connection, if there is one that matters less.</param>
    public bool IsOneTooMany(Socket? connection, Func<bool> makeRoom) => IsBeyond(connection, limit - Reserve, makeRoom);

    /// <summary>The same for a connection of a person or a health check.</summary>
    public bool IsOneTooManyForHttp(Socket? connection, Func<bool> makeRoom) => IsBeyond(connection, limit - (Reserve / 2), makeRoom);

    /// <summary>The system gives out the lowest free number, so all below the newest are in use.</summary>
    private bool IsBeyond(Socket? connection, int? most, Func<bool> makeRoom)
    {
        if (connection is null || most is null || connection.Handle < most || makeRoom()) return false;
        if (_full.ShouldLog(out var more)) LogFull(limit!.Value, Reserve, more);
        return true;
    }

    [LoggerMessage(LogLevel.Warning,
        "This process may have {Limit} files open, connections among them, and all but {Reserve} are in use, so a client was "
        + "refused{More}. Raise the limit: ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of docker.")]
    private partial void LogFull(int limit, int reserve, string more);
}
