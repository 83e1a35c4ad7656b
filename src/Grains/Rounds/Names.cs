namespace IoTOrleans.Grains.Rounds;

/// <summary>Many things in one line of the log.</summary>
internal static class Names
{
    internal const int Told = 10;

    /// <returns>Null: there are none.</returns>
    public static (int Count, string Text)? Take(ConcurrentQueue<string> found)
    {
        var names = new List<string>();
        while (found.TryDequeue(out var name)) names.Add(name);
        if (names.Count == 0) return null;
        var more = names.Count > Told ? $" and {names.Count - Told} more" : "";
        return (names.Count, string.Join(", ", names.Take(Told)) + more);
    }
}
