using IoTOrleans.DynamoDB.Membership;
using Microsoft.Extensions.Logging.Abstractions;

namespace IoTOrleans.DynamoDB.Tests.Membership;

public sealed class DynamoDBMembershipTableTests(TestTables tables) : MembershipTableConformance, IClassFixture<TestTables>
{
    protected override async Task<IMembershipTable> CreateTable(string clusterId) => await Create(clusterId);

    [Fact]
    public async Task Gateways_are_the_active_silos_that_listen_to_clients()
    {
        var cluster = Guid.NewGuid().ToString("N");
        var table = await Create(cluster);
        await table.InitializeMembershipTable(true);
        var (active, joining, silent) = (NewSilo(SiloStatus.Active), NewSilo(SiloStatus.Joining), NewSilo(SiloStatus.Active));
        silent.ProxyPort = 0;
        foreach (var silo in (MembershipEntry[])[active, joining, silent])
            (await table.InsertRow(silo, (await table.ReadAll()).Version.Next())).ShouldBeTrue();
        var provider = new DynamoDBGatewayListProvider(cluster, await tables.Open(TableSchema.Membership), TimeSpan.FromMinutes(1));
        await provider.InitializeGatewayListProvider();

        var gateway = (await provider.GetGateways()).ShouldHaveSingleItem();

        gateway.ToString().ShouldBe($"gwy.tcp://127.0.0.1:{active.ProxyPort}/{active.SiloAddress.Generation}");
    }

    /// <summary>One silo reads while another one writes.</summary>
    [Theory]
    [InlineData(2, 1, 1, false)] // The row that version 2 names is still that of version 1.
    [InlineData(1, 2, 1, false)] // A row of version 2 beside version 1.
    [InlineData(2, 2, 1, true)]
    public void A_transaction_that_is_seen_by_half_is_noticed(int version, int changed, int other, bool whole)
    {
        var (one, two) = (NewSilo(), NewSilo());
        var snapshot = MembershipSnapshot.Of(
        [
            VersionItem.From("c", version, "etag", one.SiloAddress),
            MembershipItem.From("c", one, changed, "etag"),
            MembershipItem.From("c", two, other, "etag"),
        ]);

        snapshot.IsWhole.ShouldBe(whole);
    }

    [Fact]
    public async Task A_lost_answer_to_an_insert_or_update_is_a_success_and_done_once()
    {
        await using var line = await FaultyLine.To(
            tables.Endpoint, (operation, nth) => operation == "TransactWriteItems" && nth % 2 == 1 ? LineFault.LoseAnswer : LineFault.None);
        var table = await Create(Guid.NewGuid().ToString("N"), line.Address);
        await table.InitializeMembershipTable(true);
        var silo = NewSilo();

        (await table.InsertRow(silo, (await table.ReadAll()).Version.Next())).ShouldBeTrue();
        var data = await table.ReadRow(silo.SiloAddress);
        (await table.UpdateRow(silo, data.Members.Single().Item2, data.Version.Next())).ShouldBeTrue();

        line.Operations.Count(operation => operation == "TransactWriteItems").ShouldBe(4);
        (await table.ReadAll()).Version.Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_transaction_that_met_another_one_is_tried_again()
    {
        await using var line = await FaultyLine.To(
            tables.Endpoint, (operation, nth) =>
                operation == "TransactWriteItems" && nth < 4 ? LineFault.TransactionConflict : LineFault.None);
        var table = await Create(Guid.NewGuid().ToString("N"), line.Address);
        await table.InitializeMembershipTable(true);

        (await table.InsertRow(NewSilo(), (await table.ReadAll()).Version.Next())).ShouldBeTrue();

        line.Operations.Count(operation => operation == "TransactWriteItems").ShouldBe(4);
    }

    [Fact]
    public async Task A_cluster_without_a_version_row_says_so()
    {
        var table = await Create(Guid.NewGuid().ToString("N"));

        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() => table.ReadAll());

        failure.Message.ShouldContain("no version row");
    }

    private async Task<DynamoDBMembershipTable> Create(string cluster, Uri? endpoint = null) =>
        new(cluster, await tables.Open(TableSchema.Membership, endpoint), NullLogger<DynamoDBMembershipTable>.Instance);
}
