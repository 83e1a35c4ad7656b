using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IoTOrleans.Testing.Smtp;

/// <param name="Data">Headers and body as they came over the wire, dots unstuffed.</param>
public sealed record ReceivedMail(string From, IReadOnlyList<string> To, string Data);

/// <summary>
/// A mail server on loopback that speaks enough of RFC 5321 for a client to be wrong about it: order of commands, CRLF, lines of at most
/// 998 characters, 7 bits unless announced.
/// </summary>
public sealed class SmtpStub : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly Task _accepting;

    /// <param name="answer">What to say to a command instead; null: as a server that takes everything.</param>
    public SmtpStub(Func<string, string?>? answer = null, params string[] extensions)
    {
        Answer = answer ?? (_ => null);
        Extensions = extensions;
        _listener.Start();
        _accepting = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public IReadOnlyList<ReceivedMail> Mails => [.. _mails];

    public IReadOnlyList<string> Commands => [.. _commands];

    private Func<string, string?> Answer { get; }

    private string[] Extensions { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = Serve(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Disposed.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = client.GetStream();
                await new Session(this, stream).Run();
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                // The client hung up, or the test is over.
            }
        }
    }

    private sealed class Session(SmtpStub stub, NetworkStream stream)
    {
        private readonly List<string> _to = [];
        private string? _from;

        public async Task Run()
        {
            if (!await Say(stub.Answer("CONNECT") ?? "220 stub ESMTP")) return;
            while (await ReadLine() is { } line)
            {
                stub._commands.Enqueue(line);
                if (!await Say(stub.Answer(line) ?? Respond(line))) return;
                if (line == "QUIT") return;
                if (line == "DATA" && _to.Count > 0) await Say(await ReadData());
            }
        }

        private string Respond(string line)
        {
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO":
                    string[] all = ["stub", .. stub.Extensions];
                    return string.Join("\r\n", all.Select((name, i) => $"250{(i == all.Length - 1 ? ' ' : '-')}{name}"));
                case "AUTH":
                    return "235 2.7.0 come in";
                case "MAIL":
                    _from = Address(line);
                    return "250 2.1.0 ok";
                case "RCPT" when _from is not null:
                    _to.Add(Address(line));
                    return "250 2.1.5 ok";
                case "DATA" when _to.Count > 0:
                    return "354 go on";
                case "RSET":
                    (_from, _) = (null, 0);
                    _to.Clear();
                    return "250 2.0.0 forgotten";
                case "QUIT":
                    return "221 2.0.0 bye";
                default:
                    return "503 5.5.1 bad sequence of commands";
            }
        }

        private async Task<string> ReadData()
        {
            var data = new StringBuilder();
            while (await ReadLine() is { } line)
            {
                if (line == ".")
                {
                    stub._mails.Enqueue(new ReceivedMail(_from!, [.. _to], data.ToString()));
                    return stub.Answer(".") ?? "250 2.0.0 queued as 12345";
                }

                if (line.Length > 998) return "500 5.5.2 line too long";
                if (line.Any(c => c > '~') && !stub.Extensions.Contains("8BITMIME")) return "554 5.6.0 8 bits were not announced";
                data.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
            }

            return "421 4.0.0 hung up";
        }

        private async Task<bool> Say(string line)
        {
            if (line == "SILENCE") await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stub._stop.Token);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"), stub._stop.Token);
            return !line.StartsWith("421", StringComparison.Ordinal);
        }

        /// <summary>
        /// Byte by byte: it is a test's server. A lone CR or LF is refused by hanging up, since it means a broken client.
        /// </summary>
        private async Task<string?> ReadLine()
        {
            var line = new StringBuilder();
            var one = new byte[1];
            while (await stream.ReadAsync(one, stub._stop.Token) == 1)
            {
                if (one[0] == '\n')
                {
                    if (line.Length == 0 || line[^1] != '\r') return null;
                    line.Length--;
                    return line.ToString();
                }

                line.Append((char)one[0]);
            }

            return null;
        }

        private static string Address(string line) =>
            line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
    }
}
