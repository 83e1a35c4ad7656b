using System.Collections.Concurrent;

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

/// <summary>The emulator behind a network that does what networks and AWS do now and then.</summary>
public sealed class FaultyLine : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _operations = new();
    private FaultyProxy _proxy = null!;

    private FaultyLine()
    {
    }

    public Uri Address => _proxy.Address;

    /// <summary>What happens to the nth request (from 1) of this operation.</summary>
    public Func<string, int, LineFault> Plan { get; set; } = (_, _) => LineFault.None;

    public IEnumerable<string> Operations => _operations;

    public static async Task<FaultyLine> To(Uri target, Func<string, int, LineFault>? plan = null)
    {
        var line = new FaultyLine();
        if (plan is not null) line.Plan = plan;
        line._proxy = await FaultyProxy.To(target, line.Meet);
        return line;
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    private Trouble Meet(RecordedRequest request)
    {
        var operation = request.Headers.GetValueOrDefault("X-Amz-Target", "").Split('.')[^1];
        _operations.Enqueue(operation);
        return Plan(operation, _operations.Count(o => o == operation)) switch
        {
            LineFault.LoseAnswer => new Trouble(TroubleKind.LoseAnswer),
            LineFault.LoseRequest => new Trouble(TroubleKind.LoseRequest),
            LineFault.Throttle => Refuse(400, "ProvisionedThroughputExceededException"),
            LineFault.TransactionConflict => Refuse(
                400, "TransactionCanceledException",
                ", \"CancellationReasons\": [{\"Code\": \"TransactionConflict\"}, {\"Code\": \"None\"}]"),
            LineFault.ServerError => Refuse(500, "InternalServerError"),
            LineFault.Hang => new Trouble(TroubleKind.Hang),
            _ => Trouble.None,
        };
    }

    private static Trouble Refuse(int status, string code, string more = "") => Trouble.Refuse(new StubAnswer(
        status, $"{{\"__type\": \"com.amazonaws.dynamodb.v20120810#{code}\", \"message\": \"by order of the test\"{more}}}",
        "application/x-amz-json-1.0"));
}
