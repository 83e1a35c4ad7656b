using System.IO.Pipelines;
using System.Net;
using IoTOrleans.Silo.Hosting.Tls;
using IoTOrleans.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Tls;

/// <summary>What is logged of connections that come to no handshake. With real silos: SiloTlsTests.</summary>
public sealed class HandshakesTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<Handshakes> _log = new();
    private readonly Handshakes _handshakes;
    private int _passedOn;

    public HandshakesTests() => _handshakes = new(_time, _log);

    [Fact]
    public async Task A_connection_that_ends_without_a_word_is_a_silo_that_looks_who_lives()
    {
        var peer = new Peer("10.0.0.1");
        await peer.Says([]);
        await Takes(peer);
        (_passedOn, _log.Lines.Count).ShouldBe((0, 0));
    }

    [Fact]
    public async Task One_that_says_nothing_is_given_up()
    {
        var taken = Takes(new Peer("10.0.0.1"));
        _time.Advance(TimeSpan.FromSeconds(9));
        taken.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        await taken;
        _passedOn.ShouldBe(0);
        _log.Lines.ShouldHaveSingleItem().ShouldEndWith("A connection from 10.0.0.1:5000 to the silo port was refused: "
            + "it said nothing for 10 s.");
    }

    [Fact]
    public async Task One_without_TLS_is_not_passed_on()
    {
        await Takes(await Peer.That("10.0.0.1", "GET / HTTP/1.1"u8.ToArray()));
        _passedOn.ShouldBe(0);
        _log.Lines.ShouldHaveSingleItem().ShouldEndWith("it does not speak TLS.");
    }

    [Fact]
    public async Task A_handshake_is_passed_on_whole_and_logged_if_nothing_comes_of_it()
    {
        await Takes(await Peer.That("10.0.0.1", [22, 3, 1]));
        _passedOn.ShouldBe(3);
        _log.Lines.ShouldHaveSingleItem().ShouldContain("the TLS handshake failed");
    }

    [Fact]
    public async Task An_address_has_one_line_a_minute()
    {
        for (var second = 0; second < 120; second++)
        {
            foreach (var address in new[] { "10.0.0.1", "10.0.0.2" }) await Takes(await Peer.That(address, [1]));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _log.Lines.Count.ShouldBe(4);
    }

    /// <summary>A stranger has as many addresses as it likes.</summary>
    [Fact]
    public async Task No_more_than_1000_addresses_are_remembered()
    {
        for (var i = 0; i < 1001; i++) await Takes(await Peer.That($"10.0.{i / 256}.{i % 256}", [1]));
        await Takes(await Peer.That("10.0.0.0", [1]));
        _log.Lines.Count.ShouldBe(1002);
    }

    private Task Takes(Peer peer) => _handshakes.Incoming(async context =>
    {
        var read = await context.Transport.Input.ReadAsync();
        _passedOn = (int)read.Buffer.Length;
    })(peer.Connection);

    private sealed class Peer : IDuplexPipe
    {
        private readonly Pipe _pipe = new();

        public Peer(string address) => Connection = new DefaultConnectionContext
        {
            Transport = this, RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 5000),
        };

        public ConnectionContext Connection { get; }

        public PipeReader Input => _pipe.Reader;

        public PipeWriter Output => throw new NotSupportedException();

        public static async Task<Peer> That(string address, byte[] says)
        {
            var peer = new Peer(address);
            await peer.Says(says);
            return peer;
        }

        /// <summary>And then no more.</summary>
        public async Task Says(byte[] bytes)
        {
            if (bytes.Length > 0) await _pipe.Writer.WriteAsync(bytes);
            await _pipe.Writer.CompleteAsync();
        }
    }
}
