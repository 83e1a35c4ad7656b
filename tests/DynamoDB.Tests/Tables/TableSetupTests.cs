using Amazon.DynamoDBv2;

namespace IoTOrleans.DynamoDB.Tests.Tables;

public sealed class TableSetupTests : TestWithTables
{
    public static TheoryData<string> Suffixes => ["GrainState", "Reminders", "Membership"];

    [Theory]
    [MemberData(nameof(Suffixes))]
    public async Task A_table_is_made_with_on_demand_billing_our_keys_and_no_index(string suffix)
    {
        var schema = Schema(suffix);
        await Tables.Open(schema);

        var made = (await Tables.Client.DescribeTableAsync($"{Tables.Prefix}{suffix}", TestContext.Current.CancellationToken)).Table;

        made.BillingModeSummary.BillingMode.ShouldBe(BillingMode.PAY_PER_REQUEST);
        (made.GlobalSecondaryIndexes ?? []).ShouldBeEmpty();
        (made.LocalSecondaryIndexes ?? []).ShouldBeEmpty();
        made.TableStatus.ShouldBe(TableStatus.ACTIVE);
        TableSchema.KeysOf(made).ShouldBe(schema.Keys);
    }

    [Fact]
    public async Task Silos_that_start_together_make_one_table_and_all_find_it_active()
    {
        var silos = Enumerable.Range(0, 8).Select(_ => Tables.Through(null)).ToList();

        await Task.WhenAll(silos.Select(silo => silo.Open(silo.For(TableSchema.GrainState, Tables.Prefix), createTable: true)));

        await Tables.Open(TableSchema.GrainState);
    }

    [Fact]
    public async Task A_missing_table_is_not_made_unless_asked_for()
    {
        var tables = Tables.Through(null);

        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() =>
            tables.Open(tables.For(TableSchema.Reminders, Tables.Prefix), createTable: false));

        failure.Error.ShouldBe(DynamoDBStoreError.TableMissing);
        failure.Message.ShouldContain($"{Tables.Prefix}Reminders does not exist in {Tables.Endpoint.ToString().TrimEnd('/')}");
        (await Tables.Client.ListTablesAsync(TestContext.Current.CancellationToken)).TableNames
            .ShouldNotContain($"{Tables.Prefix}Reminders");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_table_with_other_keys_is_left_alone(bool create)
    {
        await Tables.Client.CreateTableAsync(
            new TableSchema("Reminders", "ServiceId", "GrainReference")
                .CreateRequest($"{Tables.Prefix}Reminders"), TestContext.Current.CancellationToken);
        var tables = Tables.Through(null);

        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() =>
            tables.Open(tables.For(TableSchema.Reminders, Tables.Prefix), create));

        failure.Error.ShouldBe(DynamoDBStoreError.AnotherTable);
        failure.Message
            .ShouldContain("its keys are ServiceId (HASH, S), GrainReference (RANGE, S), expected bucket (HASH, S), reminder (RANGE, S)");
        failure.Message.ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_table_that_was_deleted_under_way_says_so()
    {
        var storage = await Tables.Storage();
        await Tables.Client.DeleteTableAsync($"{Tables.Prefix}GrainState", TestContext.Current.CancellationToken);

        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() => storage.Ping(TestContext.Current.CancellationToken));

        failure.Error.ShouldBe(DynamoDBStoreError.TableMissing);
    }

    private static TableSchema Schema(string suffix) =>
        ((TableSchema[])[TableSchema.GrainState, TableSchema.Reminders, TableSchema.Membership]).Single(schema => schema.Suffix == suffix);
}
