using System.Net;
using System.Net.Sockets;
using IoTOrleans.DynamoDB.Client;

namespace IoTOrleans.DynamoDB.Tests.Client;

/// <summary>A table that is throttled, and a DynamoDB that does not answer.</summary>
public sealed class TroubleTests(TestTables tables) : IClassFixture<TestTables>
{
    private static readonly RetrySettings Short = new()
    {
        CallLimit = TimeSpan.FromSeconds(1.5), AttemptLimit = TimeSpan.FromSeconds(0.5), LongestPause = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public async Task A_throttled_table_slows_and_loses_nothing()
    {
        // Of every four writes three are refused, whoever they are from.
        await using var line = await FaultyLine.To(
            tables.Endpoint, (operation, nth) => operation == "PutItem" && nth % 4 != 0 ? LineFault.Throttle : LineFault.None);
        var storage = await tables.Storage("Throttled", endpoint: line.Address);
        var grains = Enumerable.Range(0, 20).Select(i => GrainId.Create("device", $"throttled-{i}")).ToList();

        await Task.WhenAll(grains.Select(async grain =>
        {
            var state = new GrainState<ConformanceState>(new() { Text = grain.ToString() });
            await storage.WriteStateAsync("presence", grain, state);
        }));

        foreach (var grain in grains)
        {
            var read = new GrainState<ConformanceState>(new());
            await storage.ReadStateAsync("presence", grain, read);
            read.State!.Text.ShouldBe(grain.ToString());
        }

        // 60 refusals; an answer that a busy machine saw too late counts as another failure.
        tables.Units.Failed("throttled").ShouldBeGreaterThanOrEqualTo(40);
    }

    [Fact]
    public async Task A_table_that_stays_throttled_ends_the_call_with_a_word_about_it()
    {
        await using var line = await FaultyLine.To(tables.Endpoint, (_, _) => LineFault.Throttle);

        var failure = await ShouldFail(line.Address, Short);

        failure.Error.ShouldBe(DynamoDBStoreError.Throttled);
        failure.Message.ShouldContain("is throttled");
        line.Operations.Count().ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task Server_errors_and_broken_connections_are_tried_again()
    {
        await using var line = await FaultyLine.To(
            tables.Endpoint, (_, nth) => nth switch { 1 => LineFault.ServerError, 2 => LineFault.LoseRequest, _ => LineFault.None });
        var storage = await tables.Storage(endpoint: line.Address);

        await storage.Ping(TestContext.Current.CancellationToken);

        line.Operations.Count().ShouldBe(3);
    }

    /// <summary>With the limits of production, so that the promise (well within Orleans' 30 s) is the one that is tested.</summary>
    [Fact]
    public async Task An_endpoint_that_hangs_ends_the_call_after_ten_seconds_with_a_word_about_it()
    {
        await using var line = await FaultyLine.To(tables.Endpoint, (_, _) => LineFault.Hang);
        var began = TimeProvider.System.GetTimestamp();

        var failure = await ShouldFail(line.Address, RetrySettings.Default);

        var took = TimeProvider.System.GetElapsedTime(began);
        took.ShouldBeGreaterThan(TimeSpan.FromSeconds(8));
        took.ShouldBeLessThan(TimeSpan.FromSeconds(20), "10 s, and some patience with a busy machine");
        failure.Error.ShouldBe(DynamoDBStoreError.Unreachable);
        failure.Message.ShouldContain("does not answer");
        line.Operations.Count().ShouldBeInRange(3, 4);
    }

    [Fact]
    public async Task An_endpoint_where_nobody_listens_ends_the_call_with_a_word_about_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://{listener.LocalEndpoint}");
        listener.Stop();

        var failure = await ShouldFail(address, Short);

        failure.Error.ShouldBe(DynamoDBStoreError.Unreachable);
        failure.Message.ShouldContain(address.Authority);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_not_kept()
    {
        await using var line = await FaultyLine.To(tables.Endpoint, (_, _) => LineFault.Hang);
        var storage = await tables.Storage(endpoint: line.Address);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Should.ThrowAsync<OperationCanceledException>(() => storage.Ping(soon.Token));
    }

    [Fact]
    public async Task What_every_primitive_consumes()
    {
        var storage = await tables.Storage("Counted");
        var reminders = await tables.Reminders();
        var grain = GrainId.Create("device", "counted");
        var state = new GrainState<ConformanceState>(new() { Number = 1 });
        var entry = TestTables.Reminder(grain);
        string? etag = null;

        await ShouldConsume("a read", 0, 1, () => storage.ReadStateAsync("presence", grain, state));
        await ShouldConsume("an insert", 1, 0, () => storage.WriteStateAsync("presence", grain, state));
        await ShouldConsume("a write", 1, 0, () => storage.WriteStateAsync("presence", grain, state));
        await ShouldConsume("a clear", 1, 0, () => storage.ClearStateAsync("presence", grain, state));
        await ShouldConsume("a registration", 1, 0, async () => etag = await reminders.UpsertRow(entry));
        await ShouldConsume("another", 1, 0, async () => etag = await reminders.UpsertRow(entry));
        await ShouldConsume("a reminder read", 0, 1, () => reminders.ReadRow(grain, "presence"));
        await ShouldConsume("a grain's reminders", 0, 1, () => reminders.ReadRows(grain));
        await ShouldConsume("a removal", 1, 0, () => reminders.RemoveRow(grain, "presence", etag!));
    }

    private async Task ShouldConsume(string what, double written, double read, Func<Task> call)
    {
        tables.Units.Forget();
        await call();
        (tables.Units.Written, tables.Units.Read).ShouldBe((written, read), what);
    }

    private async Task<DynamoDBStoreException> ShouldFail(Uri endpoint, RetrySettings settings)
    {
        await tables.Open(TableSchema.GrainState);
        var storage = await tables.Storage(endpoint: endpoint, settings: settings);
        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() => storage.WriteStateAsync(
            "presence", GrainId.Create("device", "a"), new GrainState<ConformanceState>(new())));
        failure.Message.ShouldNotContain('\n');
        return failure;
    }
}
