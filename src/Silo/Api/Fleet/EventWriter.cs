using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary>
/// Writes frames of Server-Sent Events. ASP.NET Core's own result (<c>TypedResults.ServerSentEvents</c>) sends each event by itself, makes
/// its text for each reader, and waits for one that takes nothing for as long as it likes.
/// </summary>
internal sealed class EventWriter(PipeWriter pipe, TimeProvider time)
{
    /// <summary>So much waits in this process at most for a reader, and as much again in the system, which doubles it.</summary>
    internal const int MostUnsent = 64 * 1024;

    /// <summary>A reader that takes nothing for so long is dropped.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private int _unsent;

    public void Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    /// <param name="cursor">Belongs to the last event.</param>
    /// <exception cref="TimeoutException">The reader takes nothing.</exception>
    public async Task Write(IReadOnlyList<byte[]> events, string? cursor, CancellationToken cancellationToken)
    {
        foreach (var (i, text) in events.Index())
        {
            Add(text);
            if (i == events.Count - 1) Add(EventText.Id(cursor));
            Add(EventText.End);
            if (_unsent >= MostUnsent) await Send(cancellationToken);
        }

        await Send(cancellationToken);
    }

    private void Add(ReadOnlySpan<byte> text)
    {
        pipe.Write(text);
        _unsent += text.Length;
    }

    private async Task Send(CancellationToken cancellationToken)
    {
        if (_unsent == 0) return;
        _unsent = 0;
        var sent = await pipe.FlushAsync(cancellationToken).AsTask().WaitAsync(Patience, time, cancellationToken);
        if (sent.IsCompleted) throw new OperationCanceledException("The reader is gone.");
    }
}
