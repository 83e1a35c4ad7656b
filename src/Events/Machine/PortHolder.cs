namespace IoTOrleans.Events.Machine;

/// <summary>Finds the process that listens on a port, among those that Linux shows to this user.</summary>
internal static class PortHolder
{
    private const string Unknown = "another program";
    private const string Listening = "0A";

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static string Of(int port)
    {
        try
        {
            var sockets = Sockets(port).ToHashSet(StringComparer.Ordinal);
            return sockets.Count > 0 && Processes().FirstOrDefault(process => Holds(process, sockets)) is { } holder
                ? $"the process {Path.GetFileName(holder)} ({File.ReadAllText(Path.Combine(holder, "comm")).Trim()})" : Unknown;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Unknown;
        }
    }

    /// <summary>Named as in the links in <c>/proc/…/fd</c>.</summary>
    private static IEnumerable<string> Sockets(int port) =>
        from table in Tables
        where File.Exists(table)
        from line in File.ReadLines(table).Skip(1)
        let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where columns.Length > 9 && columns[3] == Listening
            && columns[1].EndsWith($":{port.ToString("X4", CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
        select $"socket:[{columns[9]}]";

    private static IEnumerable<string> Processes() =>
        Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return new DirectoryInfo(Path.Combine(process, "fd")).EnumerateFileSystemInfos()
                .Any(file => file.LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It belongs to another user, or has ended meanwhile.
            return false;
        }
    }
}
