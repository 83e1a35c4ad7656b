using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Unicode;
using IoTOrleans.Events;
using IoTOrleans.Events.Parsing;
using IoTOrleans.Grains.Policies;

namespace IoTOrleans.Silo.Api.Importing;

/// <summary>
/// Reads thing names, one a line: a JSON object with <c>thingName</c>, or the bare name. The list may have any length; in memory is a page.
/// </summary>
internal sealed class ImportList(ThingFilter watched)
{
    internal const int MostNames = 1_000_000;

    internal const int MostErrors = 100;

    /// <summary>An object of <c>aws iot search-index</c> can have a shadow of 8 KB in it, twice escaped.</summary>
    internal const int MostLineBytes = 32 * 1024;

    private const int PageNames = 1000;

    /// <summary>A page is one item in storage, with each character escaped at worst: DynamoDB's limit is 400 KB.</summary>
    private const int PageBytes = 64 * 1024;

    private readonly List<LineError> _errors = [];
    private List<string> _page = [];
    private int _pageBytes;
    private int _lines;

    public IReadOnlyList<LineError> Errors => _errors;

    /// <summary>Lines that are refused, <see cref="MostErrors"/> of which are in <see cref="Errors"/>.</summary>
    public int Refused { get; private set; }

    public int Names { get; private set; }

    /// <summary>Names that the settings leave out.</summary>
    public int LeftOut { get; private set; }

    public bool IsEmpty => Names + LeftOut == 0;

    /// <param name="store">Gets the names page by page, until a line is refused: then nothing of the list is taken.</param>
    public async Task Read(PipeReader body, Func<IReadOnlyList<string>, Task> store, CancellationToken cancellationToken)
    {
        for (var ended = false; !ended;)
        {
            var read = await body.ReadAsync(cancellationToken);
            var (rest, more) = (read.Buffer, true);
            while (more)
            {
                more = Next(ref rest, read.IsCompleted);
                if (_page.Count >= PageNames || _pageBytes >= PageBytes) await Flush(store);
            }

            ended = read.IsCompleted || IsHopeless(rest.Length);
            body.AdvanceTo(rest.Start, rest.End);
        }

        if (_page.Count > 0) await Flush(store);
    }

    /// <summary>What follows could not be told from the line that is too long, or does not matter.</summary>
    private bool IsHopeless(long unread)
    {
        if (unread > MostLineBytes) Refuse(_lines + 1, $"The line is longer than {MostLineBytes / 1024} KB; nothing behind it was read.");
        else if (Names > MostNames) Refuse(_lines, $"More than {MostNames} names: send them in parts.");
        else return false;
        return true;
    }

    private async Task Flush(Func<IReadOnlyList<string>, Task> store)
    {
        var page = _page;
        (_page, _pageBytes) = ([], 0);
        if (Refused == 0) await store(page);
    }

    /// <returns>Whether there was a line.</returns>
    private bool Next(ref ReadOnlySequence<byte> rest, bool isEnd)
    {
        var reader = new SequenceReader<byte>(rest);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            if (!isEnd || rest.IsEmpty) return false;
            line = rest;
            rest = rest.Slice(rest.End);
        }
        else
        {
            rest = reader.UnreadSequence;
        }

        _lines++;
        if (line.Length > MostLineBytes) Refuse(_lines, $"The line is longer than {MostLineBytes / 1024} KB.");
        else Take(line.ToArray());
        return true;
    }

    private void Take(ReadOnlyMemory<byte> line)
    {
        if (_lines == 1 && line.Span.StartsWith("\uFEFF"u8)) line = line[3..];
        line = line.Trim(" \t\r"u8);
        if (line.IsEmpty) return;
        var (name, why) = line.Span[0] == '{' ? JsonBody.Read(line, NameIn, NoObject) : BareName(line.Span);
        if (why is null) ThingName.IsValid(name, out why);
        if (why is not null) Refuse(_lines, why);
        else if (!watched.Watches(name!)) LeftOut++;
        else Add(name!, line.Length);
    }

    private void Add(string name, int bytes)
    {
        Names++;
        _page.Add(name);
        _pageBytes += bytes;
    }

    private void Refuse(int line, string why)
    {
        if (++Refused <= MostErrors) _errors.Add(new(line, why));
    }

    private static (string? Name, string? Why) BareName(ReadOnlySpan<byte> line) =>
        Utf8.IsValid(line) ? (Encoding.UTF8.GetString(line), null) : (null, "It is not UTF-8.");

    private static (string? Name, string? Why) NameIn(JsonElement thing) =>
        thing.TryGetProperty("thingName", out var name) && name.ValueKind == JsonValueKind.String
            ? (name.GetString(), null) : (null, "There is no thingName, or it is not a string.");

    private static (string? Name, string? Why) NoObject(string why) => (null, $"{why} One line holds one thing, like "
        + "{\"thingName\":\"rpi-1\"}: of what aws iot list-things prints, take --query 'things[].[thingName]' --output text.");
}

internal sealed record LineError(int Line, string Detail);
