using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using IoTOrleans.DynamoDB.Client;
using IoTOrleans.DynamoDB.Reminders;
using IoTOrleans.Testing.Emulators;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;

namespace IoTOrleans.DynamoDB.Tests.Support;

/// <summary>Tables of its own in the emulator, for one class of tests or one test.</summary>
public sealed class TestTables : IAsyncLifetime
{
    internal const string Service = "iot-orleans";

    /// <summary>The emulator on a busy machine is not AWS. Tests of the limits name their own.</summary>
    internal static readonly RetrySettings Patient =
        new() { CallLimit = TimeSpan.FromSeconds(60), AttemptLimit = TimeSpan.FromSeconds(20) };

    private static readonly IActivatorProvider Activators =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<IActivatorProvider>();

    private readonly List<DynamoDBTables> _opened = [];

    public string Prefix { get; } = $"T{Guid.NewGuid():N}";

    internal UnitCounter Units { get; } = new();

    internal Uri Endpoint { get; private set; } = null!;

    /// <summary>The SDK's client as it is, for looking at what is really stored.</summary>
    internal AmazonDynamoDBClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Endpoint = (await DynamoDBLocal.Get()).Endpoint;
        Client = ClientFor(Endpoint);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var tables in _opened) tables.Dispose();
        Client?.Dispose();
        Units.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static AmazonDynamoDBClient ClientFor(Uri endpoint) => new OneAttemptClient(SdkClient.Configure(new AmazonDynamoDBConfig
    {
        ServiceURL = endpoint.ToString(),
        AuthenticationRegion = "us-east-1",
        DefaultAWSCredentials = new BasicAWSCredentials("test", "test"),
    }));

    /// <param name="endpoint">Another way to the emulator; null: the direct one.</param>
    internal DynamoDBTables Through(Uri? endpoint, RetrySettings? settings = null)
    {
        var tables = new DynamoDBTables(
            () => ClientFor(endpoint ?? Endpoint), settings
                ?? Patient, TimeProvider.System, Units.Metrics, NullLogger<DynamoDBTables>.Instance);
        _opened.Add(tables);
        return tables;
    }

    internal async Task<DynamoDBTable> Open(TableSchema schema, Uri? endpoint = null, RetrySettings? settings = null)
    {
        var direct = Through(null);
        await direct.Open(direct.For(schema, Prefix), createTable: true);
        return Through(endpoint, settings).For(schema, Prefix);
    }

    internal async Task<DynamoDBGrainStorage> Storage(
        string name = "Default", IGrainStorageSerializer? serializer = null, Uri? endpoint = null, RetrySettings? settings = null) =>
        new(name, Service, await Open(TableSchema.GrainState, endpoint, settings), serializer ?? new JsonSerializer(), Activators);

    internal async Task<DynamoDBReminderTable> Reminders(Uri? endpoint = null) => new(Service, await Open(TableSchema.Reminders, endpoint));

    internal static ReminderEntry Reminder(GrainId grain) =>
        new() { GrainId = grain, ReminderName = "presence", StartAt = DateTime.UnixEpoch, Period = TimeSpan.FromMinutes(1) };

    /// <summary>All items of a table, as they are.</summary>
    internal async Task<List<Item>> Items(TableSchema schema) =>
        (await Client.ScanAsync(new ScanRequest { TableName = schema.NameWith(Prefix), ConsistentRead = true })).Items ?? [];
}

/// <summary>A test with tables of its own.</summary>
public abstract class TestWithTables : IAsyncLifetime
{
    protected TestTables Tables { get; } = new();

    public virtual ValueTask InitializeAsync() => Tables.InitializeAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Tables.DisposeAsync();
    }
}
