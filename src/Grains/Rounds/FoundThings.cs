namespace IoTOrleans.Grains.Rounds;

/// <summary>What a round has found, for one log line.</summary>
internal sealed class FoundThings
{
    internal const int Told = 10;

    private readonly ConcurrentQueue<string> _names = new();

    public void Add(string thingName) => _names.Enqueue(thingName);

    /// <param name="log">Called with the number and the first names of the things found since the last call, if there are any.</param>
    public void Report(Action<int, string> log)
    {
        var names = new List<string>();
        while (_names.TryDequeue(out var name)) names.Add(name);
        if (names.Count == 0) return;
        var more = names.Count > Told ? $" and {names.Count - Told} more" : "";
        log(names.Count, string.Join(", ", names.Take(Told)) + more);
    }
}
