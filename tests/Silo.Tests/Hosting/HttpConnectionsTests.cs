using System.Diagnostics.Metrics;
using System.Net;
using IoTOrleans.Events;
using IoTOrleans.Events.Machine;
using IoTOrleans.Silo.Hosting.Running;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting;

public sealed class HttpConnectionsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly DefaultConnectionContext _connection = new("1") { RemoteEndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1) };
    private readonly HttpConnections _connections;
    private readonly Task _held;

    public HttpConnectionsTests()
    {
        _connections = new(
            new FileGauge(null, _time, NullLogger<FileGauge>.Instance),
            new EventMetrics(_services.GetRequiredService<IMeterFactory>()), _time, NullLogger<HttpConnections>.Instance);
        _held = _connections.Hold(_connection, Closed);
    }

    public void Dispose() => _services.Dispose();

    /// <summary>Whatever happens on it meanwhile: nothing, a TLS handshake, half the headers.</summary>
    [Fact]
    public async Task A_connection_without_a_whole_request_is_closed_after_15_seconds()
    {
        _time.Advance(TimeSpan.FromSeconds(14.9));
        _held.IsCompleted.ShouldBeFalse();

        _time.Advance(TimeSpan.FromSeconds(0.2));
        await _held.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task One_with_a_request_stays_as_long_as_it_takes()
    {
        var served = new TaskCompletionSource();
        var request = HttpConnections.Notice(Request(), context => _connections.Admit(context, _ => served.Task));

        _time.Advance(TimeSpan.FromHours(1));
        _connection.ConnectionClosed.IsCancellationRequested.ShouldBeFalse();
        _held.IsCompleted.ShouldBeFalse();

        served.SetResult();
        await request;
        _connection.Abort();
        await _held.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    private DefaultHttpContext Request()
    {
        var features = new FeatureCollection(_connection.Features);
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Path = "/devices" });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        return new(features);
    }

    private static Task Closed(ConnectionContext connection)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionClosed.Register(closed.SetResult);
        return closed.Task;
    }
}
