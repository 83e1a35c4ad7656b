using System.IO.Pipelines;
using System.Net.Security;

namespace IoTOrleans.Events.Mqtt;

/// <summary>The decrypted side of a TLS connection. Cancelling the other side's pipes ends what is pending on this one.</summary>
/// <param name="client">null: the client has shown no certificate.</param>
internal sealed class TlsPipe(SslStream stream, CertifiedClient? client) : IDuplexPipe
{
    /// <summary>An idle connection must not hold buffers: while nothing comes in, no byte is asked for.</summary>
    private static readonly StreamPipeReaderOptions Reading =
        new(bufferSize: 1024, minimumReadSize: 256, leaveOpen: true, useZeroByteReads: true);

    private static readonly StreamPipeWriterOptions Writing = new(minimumBufferSize: 256, leaveOpen: true);

    public PipeReader Input { get; } = PipeReader.Create(stream, Reading);

    public PipeWriter Output { get; } = PipeWriter.Create(stream, Writing);

    internal CertifiedClient? Client => client;

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

/// <param name="Names">What its certificate calls it.</param>
/// <param name="Root">The thumbprint of the root certificate that it comes from.</param>
internal sealed record CertifiedClient(IReadOnlyList<string> Names, string Root);
