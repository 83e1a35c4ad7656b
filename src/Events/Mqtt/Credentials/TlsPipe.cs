using System.IO.Pipelines;
using System.Net.Security;

namespace IoTOrleans.Events.Mqtt;

/// <summary>The decrypted side of a TLS connection. Cancelling the other side's pipes ends what is pending on this one.</summary>
/// <param name="clientNames">What the client's certificate calls it; empty: it has shown none.</param>
internal sealed class TlsPipe(SslStream stream, IReadOnlyList<string> clientNames) : IDuplexPipe
{
    /// <summary>An idle connection must not hold buffers: while nothing comes in, no byte is asked for.</summary>
    private static readonly StreamPipeReaderOptions Reading =
        new(bufferSize: 1024, minimumReadSize: 256, leaveOpen: true, useZeroByteReads: true);

    private static readonly StreamPipeWriterOptions Writing = new(minimumBufferSize: 256, leaveOpen: true);

    public PipeReader Input { get; } = PipeReader.Create(stream, Reading);

    public PipeWriter Output { get; } = PipeWriter.Create(stream, Writing);

    internal IReadOnlyList<string> ClientNames => clientNames;

    /// <summary>Says goodbye, which some clients would miss, and frees what is not managed.</summary>
    internal async Task Close()
    {
        try
        {
            await stream.ShutdownAsync();
        }
        finally
        {
            await Input.CompleteAsync();
            await Output.CompleteAsync();
            await stream.DisposeAsync();
        }
    }
}
