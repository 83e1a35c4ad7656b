using System.Net.Sockets;
using System.Text;

namespace IoTOrleans.Streams;

/// <summary>One reader of a stream. It takes down when it first sees a text, and keeps nothing else.</summary>
internal sealed class OpenStream(int port, TimeProvider time) : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 32 * 1024 };
    private volatile Sought? _sought;
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The protocol and the status of the answer; null: nothing has come yet.</summary>
    public string? Answer { get; private set; }

    public bool Closed { get; private set; }

    public async Task Begin(bool reads)
    {
        await _socket.ConnectAsync("127.0.0.1", port);
        await _socket.SendAsync(Encoding.ASCII.GetBytes($"GET /fleet/stream HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"));
        _ = reads ? Read() : Watch();
    }

    /// <returns>When it comes.</returns>
    public Task<long> Seek(string text)
    {
        var sought = new Sought(Encoding.UTF8.GetBytes(text), new(TaskCreationOptions.RunContinuationsAsynchronously));
        _sought = sought;
        return sought.Seen.Task;
    }

    public void Dispose() => _socket.Dispose();

    private async Task Read()
    {
        // Room for the end of the last piece, in which half of the text may be.
        const int tail = 256;
        var (buffer, kept) = (new byte[16 * 1024], 0);
        try
        {
            while (await _socket.ReceiveAsync(buffer.AsMemory(kept)) is var count and > 0)
            {
                Answer ??= Encoding.ASCII.GetString(buffer, 0, Math.Min(count, 12));
                Interlocked.Add(ref _bytes, count);
                var piece = buffer.AsMemory(0, kept + count);
                if (_sought is { } sought && piece.Span.IndexOf(sought.Text) >= 0)
                {
                    _sought = null;
                    sought.Seen.TrySetResult(time.GetTimestamp());
                }

                kept = Math.Min(tail, piece.Length);
                piece[^kept..].CopyTo(buffer);
            }
        }
        catch (SocketException)
        {
            // Closed by a reset.
        }

        Closed = true;
    }

    /// <summary>Reads nothing. It notices that it was dropped when it cannot write any more.</summary>
    private async Task Watch()
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time);
                await _socket.SendAsync("\r\n"u8.ToArray());
            }
        }
        catch (SocketException)
        {
            Closed = true;
        }
        catch (ObjectDisposedException)
        {
            // The run is over.
        }
    }

    private sealed record Sought(byte[] Text, TaskCompletionSource<long> Seen);
}
