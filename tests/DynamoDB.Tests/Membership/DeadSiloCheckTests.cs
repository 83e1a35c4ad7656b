using System.Net;
using System.Net.Sockets;
using IoTOrleans.DynamoDB.Membership;
using Microsoft.Extensions.Logging.Abstractions;

namespace IoTOrleans.DynamoDB.Tests.Membership;

/// <summary>A silo is dead if it has written no heartbeat for a while and takes no connection. All others are left to Orleans.</summary>
public sealed class DeadSiloCheckTests(TestTables tables) : IClassFixture<TestTables>
{
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Who_is_silent_in_both_ways_is_dead_and_nobody_else()
    {
        using var lives = new TcpListener(IPAddress.Loopback, 0);
        lives.Start();
        var open = ((IPEndPoint)lives.LocalEndpoint).Port;
        var (table, now) = (await Create(), TimeProvider.System.GetUtcNow().UtcDateTime);
        await table.InitializeMembershipTable(true);
        var gone = await Add(Silo(1, now.AddMinutes(-5)));
        var slow = await Add(Silo(open, now.AddMinutes(-5)));
        var apart = await Add(Silo(2, now.AddMinutes(5)));
        var self = Silo(3, now).SiloAddress;

        await DeadSiloCheck(table, self).Run(TestContext.Current.CancellationToken);

        (await Status(gone)).ShouldBe(SiloStatus.Dead);
        (await Status(slow)).ShouldBe(SiloStatus.Active, "it takes connections: storage may have hung for it");
        (await Status(apart)).ShouldBe(SiloStatus.Active, "it writes its heartbeat");

        async Task<SiloAddress> Add(MembershipEntry silo)
        {
            (await table.InsertRow(silo, (await table.ReadAll()).Version.Next())).ShouldBeTrue();
            return silo.SiloAddress;
        }

        async Task<SiloStatus> Status(SiloAddress silo) => (await table.ReadRow(silo)).Members.Single().Item1.Status;
    }

    [Fact]
    public async Task Who_was_killed_just_now_is_waited_for_until_its_heartbeat_is_missing()
    {
        var table = await Create();
        await table.InitializeMembershipTable(true);
        var silo = Silo(1, TimeProvider.System.GetUtcNow().UtcDateTime);
        (await table.InsertRow(silo, (await table.ReadAll()).Version.Next())).ShouldBeTrue();

        await DeadSiloCheck(table, Silo(3, default).SiloAddress).Run(TestContext.Current.CancellationToken);

        (await table.ReadRow(silo.SiloAddress)).Members.Single().Item1.Status.ShouldBe(SiloStatus.Dead);
    }

    /// <summary>As when all tasks start at once: they declare the same silos dead, and join, all in one table with one version.</summary>
    [Fact]
    public async Task Who_loses_a_race_for_the_table_looks_again()
    {
        var (table, now) = (await Create(), TimeProvider.System.GetUtcNow().UtcDateTime);
        await table.InitializeMembershipTable(true);
        var gone = Silo(1, now.AddMinutes(-5));
        (await table.InsertRow(gone, (await table.ReadAll()).Version.Next())).ShouldBeTrue();
        var contended = new ContendedTable(table, Silo(4, now.AddMinutes(5)));

        await DeadSiloCheck(contended, Silo(3, now).SiloAddress).Run(TestContext.Current.CancellationToken);

        contended.Lost.ShouldBe(1);
        (await table.ReadRow(gone.SiloAddress)).Members.Single().Item1.Status.ShouldBe(SiloStatus.Dead);
    }

    private static DeadSiloCheck DeadSiloCheck(IMembershipTable table, SiloAddress self) =>
        new(table, new Self(self), DeadAfter, TimeProvider.System, NullLogger<DeadSiloCheck>.Instance);

    private static MembershipEntry Silo(int port, DateTime alive) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, port, 1), Status = SiloStatus.Active, ProxyPort = 0,
        HostName = "h", SiloName = "s", StartTime = alive, IAmAliveTime = alive, SuspectTimes = [],
    };

    private async Task<DynamoDBMembershipTable> Create() =>
        new(Guid.NewGuid().ToString("N"), await tables.Open(TableSchema.Membership), NullLogger<DynamoDBMembershipTable>.Instance);

    /// <summary>Another silo joins just before the first update.</summary>
    private sealed class ContendedTable(DynamoDBMembershipTable table, MembershipEntry joins) : IMembershipTable
    {
        private bool _joined;

        public int Lost { get; private set; }

        public async Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
        {
            if (!_joined) _joined = await table.InsertRow(joins, (await table.ReadAll()).Version.Next());
            var updated = await table.UpdateRow(entry, etag, tableVersion);
            if (!updated) Lost++;
            return updated;
        }

        public Task InitializeMembershipTable(bool tryInitTableVersion) => table.InitializeMembershipTable(tryInitTableVersion);

        public Task<MembershipTableData> ReadRow(SiloAddress key) => table.ReadRow(key);

        public Task<MembershipTableData> ReadAll() => table.ReadAll();

        public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => table.InsertRow(entry, tableVersion);

        public Task UpdateIAmAlive(MembershipEntry entry) => table.UpdateIAmAlive(entry);

        public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => table.CleanupDefunctSiloEntries(beforeDate);

        public Task DeleteMembershipTableEntries(string clusterId) => table.DeleteMembershipTableEntries(clusterId);
    }

    private sealed record Self(SiloAddress SiloAddress) : ILocalSiloDetails
    {
        public string Name => "self";

        public string ClusterId => "c";

        public string DnsHostName => "h";

        public SiloAddress GatewayAddress => SiloAddress;
    }
}
