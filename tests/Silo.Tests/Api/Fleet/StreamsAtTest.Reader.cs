using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace IoTOrleans.Silo.Tests.Api.Fleet;

/// <content>Who reads a stream, without a server.</content>
internal sealed partial class StreamsAtTest
{
    internal sealed class Reader : IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024));
        private readonly CancellationTokenSource _aborted = new();
        private readonly OracleReader _oracle = new();
        private readonly List<DateTimeOffset> _frames = [];
        private readonly Lock _lock = new();
        private readonly StreamsAtTest _at;
        private long _written;

        public Reader(StreamsAtTest at, bool reads, Func<HttpContext, Task> run, string key)
        {
            _at = at;
            var features = new FeatureCollection();
            IHeaderDictionary headers = new HeaderDictionary();
            headers.Authorization = $"Bearer {key}";
            features.Set<IHttpRequestFeature>(new HttpRequestFeature { Path = "/fleet/stream", Protocol = "HTTP/1.1", Headers = headers });
            features.Set<IHttpResponseFeature>(new HttpResponseFeature());
            features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new Counted(_pipe.Writer.AsStream(), this)));
            features.Set<IHttpRequestLifetimeFeature>(this);
            Ended = Task.Run(() => run(new DefaultHttpContext(features)));
            if (reads) _ = Read();
        }

        public Task Ended { get; }

        public bool Dropped { get; private set; }

        public long Unread => Interlocked.Read(ref _written);

        public IReadOnlyList<DateTimeOffset> FrameTimes => Locked(() => _frames.ToList());

        public int Rows => Locked(() => _oracle.Rows.Count);

        public CancellationToken RequestAborted
        {
            get => _aborted.Token;
            set => throw new NotSupportedException();
        }

        public bool Has(string name) => Count(name) > 0;

        public int Count(string name) => Locked(() => _oracle.Events.Count(one => one == name));

        public string? StatusOf(string thing) => Locked(() => _oracle.Rows.TryGetValue(thing, out var row) ? row.Status : null);

        public void Abort()
        {
            Dropped = true;
            _aborted.Cancel();
        }

        public void Dispose() => _aborted.Dispose();

        public Task Leave()
        {
            _aborted.Cancel();
            return Ended;
        }

        private T Locked<T>(Func<T> say)
        {
            lock (_lock) return say();
        }

        private async Task Read()
        {
            while (true)
            {
                var read = await _pipe.Reader.ReadAsync();
                lock (_lock)
                {
                    foreach (var part in read.Buffer) _oracle.Take(part.ToArray());
                }

                _pipe.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return;
            }
        }

        private sealed class Counted(Stream inner, Reader reader) : Stream
        {
            public override bool CanRead => false;

            public override bool CanSeek => false;

            public override bool CanWrite => true;

            public override long Length => throw new NotSupportedException();

            public override long Position { get; set; }

            public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
            {
                lock (reader._lock) reader._frames.Add(reader._at.Time.GetUtcNow());
                Interlocked.Add(ref reader._written, buffer.Length);
                return inner.WriteAsync(buffer, cancellationToken);
            }

            public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

            public override void Flush() => throw new NotSupportedException();

            public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

            public override void SetLength(long value) => throw new NotSupportedException();

            public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        }
    }
}
