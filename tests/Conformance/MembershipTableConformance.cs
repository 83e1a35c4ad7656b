using System.Net;

namespace IoTOrleans.Conformance;

/// <summary>
/// What Orleans' membership relies on from an <see cref="IMembershipTable"/> of the extended protocol: every change of a silo's row
/// changes the table's version with it, or nothing changes. A provider's test project inherits it once.
/// </summary>
public abstract partial class MembershipTableConformance : IAsyncLifetime
{
    private static readonly DateTime Start = new(2026, 11, 23, 8, 0, 0, DateTimeKind.Utc);

    private readonly string _cluster = Guid.NewGuid().ToString("N");
    private IMembershipTable _table = null!;
    private int _port = 10_000;

    /// <summary>Makes the table of a cluster, not initialized yet. All of one test stand on the same medium.</summary>
    protected abstract Task<IMembershipTable> CreateTable(string clusterId);

    public virtual async ValueTask InitializeAsync()
    {
        _table = await CreateTable(_cluster);
        await _table.InitializeMembershipTableAsync(tryInitTableVersion: true);
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public virtual async Task A_new_table_is_empty_and_has_version_0()
    {
        foreach (var data in (MembershipTableData[])[await _table.ReadAllAsync(), await _table.ReadRowAsync(NewSilo().SiloAddress)])
        {
            data.Members.ShouldBeEmpty();
            data.Version.Version.ShouldBe(0);
            data.Version.VersionEtag.ShouldNotBeNullOrEmpty();
        }
    }

    [Fact]
    public virtual async Task Silos_that_initialize_together_or_later_leave_the_version_as_it_is()
    {
        var cluster = Guid.NewGuid().ToString("N");
        var tables = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateTable(cluster)));
        await Task.WhenAll(tables.Select(table => table.InitializeMembershipTableAsync(true)));
        var version = (await tables[0].ReadAllAsync()).Version;
        await Task.WhenAll(tables.Select(table => table.InitializeMembershipTableAsync(true)));

        foreach (var table in tables) (await table.ReadAllAsync()).Version.ShouldBe(version);
    }

    [Fact]
    public virtual async Task A_silo_is_read_back_each_way()
    {
        var silo = NewSilo();
        silo.AddSuspector(NewSilo().SiloAddress, Start.AddTicks(3));
        silo.AddSuspector(NewSilo().SiloAddress, Start.AddTicks(4));
        (await _table.InsertRowAsync(silo, (await _table.ReadAllAsync()).Version.Next())).ShouldBeTrue();

        foreach (var data in (MembershipTableData[])[await _table.ReadAllAsync(), await _table.ReadRowAsync(silo.SiloAddress)])
        {
            data.Version.Version.ShouldBe(1);
            var (read, etag) = data.Members.ShouldHaveSingleItem();
            etag.ShouldNotBeNullOrEmpty();
            read.SiloAddress.ShouldBe(silo.SiloAddress);
            read.Status.ShouldBe(silo.Status);
            read.ProxyPort.ShouldBe(silo.ProxyPort);
            read.SiloName.ShouldBe(silo.SiloName);
            read.HostName.ShouldBe(silo.HostName);
            read.StartTime.ShouldBe(silo.StartTime);
            read.IAmAliveTime.ShouldBe(silo.IAmAliveTime);
            read.SuspectTimes.ShouldBe(silo.SuspectTimes);
        }
    }

    [Fact]
    public virtual async Task An_update_replaces_the_row_and_moves_the_version()
    {
        var (silo, etag, version) = await Insert(NewSilo());
        silo.Status = SiloStatus.ShuttingDown;
        silo.AddSuspector(NewSilo().SiloAddress, Start);

        (await _table.UpdateRowAsync(silo, etag, version.Next())).ShouldBeTrue();

        var data = await _table.ReadRowAsync(silo.SiloAddress);
        data.Version.Version.ShouldBe(2);
        data.Version.VersionEtag.ShouldNotBe(version.VersionEtag);
        var (read, newETag) = data.Members.ShouldHaveSingleItem();
        newETag.ShouldNotBe(etag);
        read.Status.ShouldBe(SiloStatus.ShuttingDown);
        read.SuspectTimes.ShouldBe(silo.SuspectTimes);
    }

    [Fact]
    public virtual async Task Clusters_are_kept_apart_and_deleted_apart()
    {
        var other = await CreateTable(Guid.NewGuid().ToString("N"));
        await other.InitializeMembershipTableAsync(true);
        await Insert(NewSilo());
        (await other.ReadAllAsync()).Members.ShouldBeEmpty();
        (await other.InsertRowAsync(NewSilo(), (await other.ReadAllAsync()).Version.Next())).ShouldBeTrue();

        await _table.DeleteMembershipTableEntriesAsync(_cluster);

        (await other.ReadAllAsync()).Members.Count.ShouldBe(1);
        await _table.InitializeMembershipTableAsync(true);
        (await _table.ReadAllAsync()).Members.ShouldBeEmpty();
    }

    protected MembershipEntry NewSilo(SiloStatus status = SiloStatus.Joining)
    {
        var port = Interlocked.Increment(ref _port);
        return new()
        {
            SiloAddress = SiloAddress.New(IPAddress.Loopback, port, port + 1),
            Status = status,
            ProxyPort = port + 2,
            SiloName = $"silo-{port}",
            HostName = "host",
            StartTime = Start,
            IAmAliveTime = Start.AddTicks(1),
        };
    }

    protected async Task<(MembershipEntry Silo, string ETag, TableVersion Version)> Insert(MembershipEntry silo)
    {
        while (!await _table.InsertRowAsync(silo, (await _table.ReadAllAsync()).Version.Next()))
        {
            // Somebody else was faster; the version has moved.
        }

        var data = await _table.ReadRowAsync(silo.SiloAddress);
        return (silo, data.Members.Single().Item2, data.Version);
    }
}
