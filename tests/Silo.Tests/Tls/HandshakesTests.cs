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

    [Fact]
    public async Task Many_addresses_have_few_lines_and_the_next_one_counts_the_others()
    {
        for (var address = 0; address < 250; address++) await Takes(await Peer.That($"10.0.0.{address}", [1]));
        _log.Lines.Count.ShouldBe(Handshakes.MostLines);
        _time.Advance(TimeSpan.FromMinutes(1));
        await Takes(await Peer.That("10.0.0.1", [1]));
        _log.Lines[^1].ShouldContain($"({250 - Handshakes.MostLines} more since the last line)");
    }

    [Fact]
    public async Task Silent_ones_give_way_to_a_newcomer_and_trusted_ones_stay()
    {
        var trusted = new Peer("10.0.0.1");
        await trusted.Says([22, 3, 1], andNoMore: false);
        var served = _handshakes.Incoming(_handshakes.Trusted(_ => trusted.Left))(trusted.Connection);
        var silent = Enumerable.Range(0, 3 * Handshakes.MostBeginning).Select(_ => new Peer("10.0.0.1")).ToList();
        var taken = silent.ConvertAll(Takes);
        silent.Count(peer => peer.IsAborted).ShouldBe(2 * Handshakes.MostBeginning);
        silent.Take(2 * Handshakes.MostBeginning).ShouldEachBe(peer => peer.IsAborted);
        (trusted.IsAborted, served.IsCompleted).ShouldBe((false, false));

        await Takes(await Peer.That("10.0.0.9", [22, 3, 1]));
        _passedOn.ShouldBe(3);
        _time.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAll(taken);
        trusted.Leave();
        await served;
    }

    private Task Takes(Peer peer) => _handshakes.Incoming(async context =>
    {
        var read = await context.Transport.Input.ReadAsync();
        _passedOn = (int)read.Buffer.Length;
    })(peer.Connection);

    private sealed class Peer : IDuplexPipe
    {
        private readonly Pipe _pipe = new();

        private readonly TaskCompletionSource _left = new();

        public Peer(string address) => Connection = new Abortable(this)
        {
            Transport = this, RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 5000),
        };

        public ConnectionContext Connection { get; }

        public bool IsAborted { get; private set; }

        public Task Left => _left.Task;

        public void Leave() => _left.SetResult();

        public PipeReader Input => _pipe.Reader;

        public PipeWriter Output => throw new NotSupportedException();

        public static async Task<Peer> That(string address, byte[] says)
        {
            var peer = new Peer(address);
            await peer.Says(says);
            return peer;
        }

        public async Task Says(byte[] bytes, bool andNoMore = true)
        {
            if (bytes.Length > 0) await _pipe.Writer.WriteAsync(bytes);
            if (andNoMore) await _pipe.Writer.CompleteAsync();
        }

        private sealed class Abortable(Peer peer) : DefaultConnectionContext
        {
            public override void Abort(ConnectionAbortedException abortReason)
            {
                peer.IsAborted = true;
                peer._pipe.Writer.Complete(abortReason);
            }
        }
    }
}
