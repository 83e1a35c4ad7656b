using System.IO.Pipelines;

namespace IoTOrleans.Events.Machine;

internal static class TlsHandshake
{
    /// <summary>The first byte of whoever begins one.</summary>
    private const byte First = 0x16;

    /// <summary>Waits for the first byte, and leaves it where it is.</summary>
    /// <returns>Whether a handshake begins; null: the connection ends without a word.</returns>
    public static async ValueTask<bool?> Begins(PipeReader input, CancellationToken cancellationToken = default)
    {
        var read = await input.ReadAsync(cancellationToken);
        bool? begins = read.IsCanceled || read.Buffer.IsEmpty ? null : read.Buffer.FirstSpan[0] == First;
        input.AdvanceTo(read.Buffer.Start);
        return begins;
    }
}
