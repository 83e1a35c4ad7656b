using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Testing.Http;

public enum LineFault
{
    None,

    /// <summary>The request is taken and carried out; the connection breaks before the answer.</summary>
    LoseAnswer,

    /// <summary>The connection breaks before the request gets anywhere.</summary>
    LoseRequest,

    /// <summary>Refused as DynamoDB refuses what is beyond a table's capacity.</summary>
    Throttle,

    /// <summary>Refused as DynamoDB refuses a transaction on an item that another one holds.</summary>
    TransactionConflict,

    /// <summary>DynamoDB itself fails.</summary>
    ServerError,

    /// <summary>Taken, and never answered.</summary>
    Hang,
}

/// <summary>A network between the client and the emulator that does what networks and AWS do now and then.</summary>
public sealed class FaultyLine : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly Uri _target;
    private readonly ConcurrentQueue<string> _operations = new();

    private FaultyLine(Uri target, WebApplication app) => (_target, _app) = (target, app);

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    /// <summary>What happens to the nth request (from 1) of this operation.</summary>
    public Func<string, int, LineFault> Plan { get; set; } = (_, _) => LineFault.None;

    public IEnumerable<string> Operations => _operations;

    public static async Task<FaultyLine> To(Uri target, Func<string, int, LineFault>? plan = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var line = new FaultyLine(target, builder.Build());
        if (plan is not null) line.Plan = plan;
        line._app.Run(line.Carry);
        await line._app.StartAsync();
        return line;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task Carry(HttpContext context)
    {
        var operation = context.Request.Headers["X-Amz-Target"].ToString().Split('.')[^1];
        _operations.Enqueue(operation);
        switch (Plan(operation, _operations.Count(o => o == operation)))
        {
            case LineFault.None:
                await Forward(context, answer: true);
                return;
            case LineFault.LoseAnswer:
                await Forward(context, answer: false);
                context.Abort();
                return;
            case LineFault.LoseRequest:
                context.Abort();
                return;
            case LineFault.Throttle:
                await Refuse(context, 400, "ProvisionedThroughputExceededException");
                return;
            case LineFault.TransactionConflict:
                await Refuse(context, 400, "TransactionCanceledException", ", \"CancellationReasons\": [{\"Code\": \"TransactionConflict\"}, {\"Code\": \"None\"}]");
                return;
            case LineFault.ServerError:
                await Refuse(context, 500, "InternalServerError");
                return;
            case LineFault.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
        }
    }

    private async Task Forward(HttpContext context, bool answer)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, _target) { Content = new ByteArrayContent(body.ToArray()) };
        foreach (var name in (string[])["X-Amz-Target", "X-Amz-Date", "Authorization"])
            request.Headers.TryAddWithoutValidation(name, context.Request.Headers[name].ToString());
        request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        using var response = await _http.SendAsync(request);
        if (!answer) return;
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var header in response.Headers.Where(header => header.Key.StartsWith("x-amz", StringComparison.OrdinalIgnoreCase)))
            context.Response.Headers[header.Key] = header.Value.ToArray();
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        await context.Response.Body.WriteAsync(await response.Content.ReadAsByteArrayAsync());
    }

    private static async Task Refuse(HttpContext context, int status, string code, string more = "")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/x-amz-json-1.0";
        await context.Response.WriteAsync($"{{\"__type\": \"com.amazonaws.dynamodb.v20120810#{code}\", \"message\": \"by order of the test\"{more}}}");
    }
}
