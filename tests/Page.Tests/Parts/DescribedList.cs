namespace IoTOrleans.Page.Tests.Parts;

internal sealed record ListRow(string Key, int Node, string Value, bool Gone);

/// <summary>What a keyed list should show, described without any regard to how few nodes are touched.</summary>
internal sealed class DescribedList
{
    private List<ListRow> _rows = [];
    private (string Key, string Value)[] _items = [];
    private bool _pointer;
    private int _made;

    public IReadOnlyList<ListRow> Rows => _rows;

    public int Waiting { get; private set; }

    public void Pointer(bool over)
    {
        _pointer = over;
        if (!over && _items.Length + _rows.Count > 0) Render(_items);
    }

    public void Render((string Key, string Value)[] items)
    {
        _items = items;
        if (_pointer && _rows.Count > 0)
        {
            _rows = [.. _rows.Select(row => items.FirstOrDefault(item => item.Key == row.Key) is { Key: not null } item
                ? row with { Value = item.Value, Gone = false } : row with { Gone = true })];
            Waiting = items.Count(item => _rows.All(row => row.Key != item.Key));
            return;
        }

        _rows = [.. items.Select(item => _rows.FirstOrDefault(row => row.Key == item.Key) is { } row
            ? row with { Value = item.Value, Gone = false } : new ListRow(item.Key, _made++, item.Value, Gone: false))];
        Waiting = 0;
    }
}
