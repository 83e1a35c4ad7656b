using Amazon.DynamoDBv2;
using IoTOrleans.DynamoDB.Tables;

namespace IoTOrleans.DynamoDB.Tests.Tables;

public sealed class TableSetupTests : IAsyncLifetime
{
    private TestTables _tables = null!;

    public static TheoryData<string> Suffixes => ["GrainState", "Reminders", "Membership"];

    public async ValueTask InitializeAsync() => _tables = await TestTables.Start();

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    [Theory]
    [MemberData(nameof(Suffixes))]
    public async Task A_table_is_made_with_on_demand_billing_our_keys_and_no_index(string suffix)
    {
        var schema = Schema(suffix);
        await _tables.Open(schema);

        var made = (await _tables.Client.DescribeTableAsync($"{_tables.Prefix}{suffix}", TestContext.Current.CancellationToken)).Table;

        made.BillingModeSummary.BillingMode.ShouldBe(BillingMode.PAY_PER_REQUEST);
        (made.GlobalSecondaryIndexes ?? []).ShouldBeEmpty();
        (made.LocalSecondaryIndexes ?? []).ShouldBeEmpty();
        made.TableStatus.ShouldBe(TableStatus.ACTIVE);
        TableSchema.KeysOf(made).ShouldBe(schema.Keys);
    }

    [Fact]
    public async Task Silos_that_start_together_make_one_table_and_all_find_it_active()
    {
        var silos = Enumerable.Range(0, 8).Select(_ => _tables.Through(null)).ToList();

        await Task.WhenAll(silos.Select(silo => silo.Open(silo.For(TableSchema.GrainState, _tables.Prefix), createTable: true)));

        await _tables.Open(TableSchema.GrainState);
    }

    [Fact]
    public async Task A_missing_table_is_not_made_unless_asked_for()
    {
        var tables = _tables.Through(null);

        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() =>
            tables.Open(tables.For(TableSchema.Reminders, _tables.Prefix), createTable: false));

        failure.Error.ShouldBe(DynamoDBStoreError.TableMissing);
        failure.Message.ShouldContain($"{_tables.Prefix}Reminders does not exist in {_tables.Endpoint.ToString().TrimEnd('/')}");
        (await _tables.Client.ListTablesAsync(TestContext.Current.CancellationToken)).TableNames.ShouldNotContain($"{_tables.Prefix}Reminders");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_table_with_other_keys_is_left_alone(bool create)
    {
        await _tables.Client.CreateTableAsync(
            new TableSchema("Reminders", "ServiceId", "GrainReference").CreateRequest($"{_tables.Prefix}Reminders"), TestContext.Current.CancellationToken);
        var tables = _tables.Through(null);

        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() =>
            tables.Open(tables.For(TableSchema.Reminders, _tables.Prefix), create));

        failure.Error.ShouldBe(DynamoDBStoreError.AnotherTable);
        failure.Message.ShouldContain("its keys are ServiceId (HASH, S), GrainReference (RANGE, S), expected bucket (HASH, S), reminder (RANGE, S)");
        failure.Message.ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_table_that_was_deleted_under_way_says_so()
    {
        var storage = await _tables.Storage();
        await _tables.Client.DeleteTableAsync($"{_tables.Prefix}GrainState", TestContext.Current.CancellationToken);

        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() => storage.Ping(TestContext.Current.CancellationToken));

        failure.Error.ShouldBe(DynamoDBStoreError.TableMissing);
    }

    private static TableSchema Schema(string suffix) =>
        ((TableSchema[])[TableSchema.GrainState, TableSchema.Reminders, TableSchema.Membership]).Single(schema => schema.Suffix == suffix);
}
