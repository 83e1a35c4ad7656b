using System.Buffers;
using System.IO.Pipelines;
using MQTTnet.AspNetCore;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// Turns bytes into packets and back by MQTTnet's formatter, which has no limit for their size. Here the fixed header decides, before the
/// body is waited for.
/// </summary>
internal sealed class MqttPackets(IDuplexPipe transport, int maxPacketBytes)
{
    private const int MaxHeaderBytes = 5;

    // Answers have a few bytes. MQTTnet's default of 4 KB would take 40 MB for 10,000 connections.
    private readonly MqttPacketFormatterAdapter _formatter = new(new MqttBufferWriter(64, 1024));

    /// <summary>Unknown until a CONNECT was read.</summary>
    internal MqttProtocolVersion Version => _formatter.ProtocolVersion;

    /// <returns>null: the stream ended or the read was cancelled.</returns>
    internal async ValueTask<MqttPacket?> Read()
    {
        while (true)
        {
            var result = await transport.Input.ReadAsync();
            var (consumed, examined) = (result.Buffer.Start, result.Buffer.End);
            try
            {
                if (result.IsCanceled || result.Buffer.IsEmpty) return null;
                if (Decode(result.Buffer, ref consumed, ref examined) is { } packet) return packet;
                if (result.IsCompleted) return null;
            }
            finally
            {
                transport.Input.AdvanceTo(consumed, examined);
            }
        }
    }

    /// <returns>false: the connection ended or the write was cancelled.</returns>
    internal async ValueTask<bool> Write(MqttPacket packet)
    {
        var flushed = await transport.Output.WriteAsync(Encode(packet));
        return !flushed.IsCanceled && !flushed.IsCompleted;
    }

    private MqttPacket? Decode(in ReadOnlySequence<byte> buffer, ref SequencePosition consumed, ref SequencePosition examined)
    {
        ThrowIfHopeless(buffer);
        try
        {
            return _formatter.TryDecode(buffer, out var packet, out consumed, out examined, out _) ? packet : null;
        }
        catch (Exception exception)
        {
            // Strangers send these bytes, so any exception comes from the packet.
            throw new ClientErrorException(
                $"a malformed packet ({exception.Message})", MqttDisconnectReasonCode.MalformedPacket, exception);
        }
    }

    private ReadOnlyMemory<byte> Encode(MqttPacket packet)
    {
        try
        {
            return _formatter.Encode(packet).Packet;
        }
        catch (MQTTnet.Exceptions.MqttProtocolViolationException exception)
        {
            // Only a packet identifier of 0, which the client chose, cannot be answered.
            throw new ClientErrorException(exception.Message, MqttDisconnectReasonCode.ProtocolError, exception);
        }
    }

    private void ThrowIfHopeless(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[MaxHeaderBytes];
        var count = (int)Math.Min(buffer.Length, MaxHeaderBytes);
        buffer.Slice(0, count).CopyTo(header);
        if (Version == MqttProtocolVersion.Unknown && header[0] >> 4 != (int)MqttControlPacketType.Connect)
            throw new ClientErrorException("another packet than CONNECT first", MqttDisconnectReasonCode.ProtocolError);

        long remaining = 0;
        for (var index = 1; index < count; index++)
        {
            remaining |= (long)(header[index] & 0x7F) << (7 * (index - 1));
            if ((header[index] & 0x80) != 0) continue;
            if (index + 1 + remaining <= maxPacketBytes) return;
            throw new ClientErrorException(
                $"a packet of {index + 1 + remaining} bytes, {maxPacketBytes} are allowed", MqttDisconnectReasonCode.PacketTooLarge);
        }

        if (count == MaxHeaderBytes)
            throw new ClientErrorException("a packet length of more than four bytes", MqttDisconnectReasonCode.MalformedPacket);
    }
}
