namespace IoTOrleans.Conformance;

/// <summary>Silos that write at the same time, some with an old view of the table.</summary>
public abstract partial class MembershipTableConformance
{
    [Fact]
    public virtual async Task Inserts_that_do_not_know_the_table_change_nothing()
    {
        var (silo, etag, version) = await Insert(NewSilo());
        var before = new TableVersion(0, "never seen");

        (await _table.InsertRowAsync(silo, version.Next())).ShouldBeFalse("the silo is there");
        (await _table.InsertRowAsync(NewSilo(), before.Next())).ShouldBeFalse("the version is not that one");

        await ShouldHold(silo, etag, version);
    }

    [Fact]
    public virtual async Task Updates_that_do_not_know_the_table_change_nothing()
    {
        var (silo, old, first) = await Insert(NewSilo());
        (await _table.UpdateRowAsync(silo, old, first.Next())).ShouldBeTrue();
        var data = await _table.ReadRowAsync(silo.SiloAddress);
        var (etag, version) = (data.Members.Single().Item2, data.Version);

        (await _table.UpdateRowAsync(silo, old, version.Next())).ShouldBeFalse("the row has changed since");
        (await _table.UpdateRowAsync(silo, etag, first.Next())).ShouldBeFalse("the version has moved since");
        (await _table.UpdateRowAsync(NewSilo(), etag, version.Next())).ShouldBeFalse("there is no such row");

        await ShouldHold(silo, etag, version);
    }

    [Fact]
    public virtual async Task Of_concurrent_inserts_on_one_version_exactly_one_wins()
    {
        for (var round = 0; round < 5; round++)
        {
            var version = (await _table.ReadAllAsync()).Version;
            var wins = await Task.WhenAll(
                Enumerable.Range(0, 8).Select(_ => Task.Run(() => _table.InsertRowAsync(NewSilo(), version.Next()))));

            wins.Count(won => won).ShouldBe(1);
            var data = await _table.ReadAllAsync();
            data.Version.Version.ShouldBe(version.Version + 1);
            data.Members.Count.ShouldBe(round + 1);
        }
    }

    [Fact]
    public virtual async Task Of_concurrent_updates_of_one_row_exactly_one_wins()
    {
        var (silo, etag, version) = await Insert(NewSilo());
        for (var round = 0; round < 5; round++)
        {
            var wins = await Task.WhenAll(Enumerable.Range(0, 8).Select(port => Task.Run(async () =>
            {
                var mine = Copy(silo, port);
                return (Won: await _table.UpdateRowAsync(mine, etag, version.Next()), Port: port);
            })));

            var winner = wins.Where(win => win.Won).ShouldHaveSingleItem();
            var data = await _table.ReadRowAsync(silo.SiloAddress);
            data.Members.Single().Item1.ProxyPort.ShouldBe(winner.Port);
            data.Version.Version.ShouldBe(version.Version + 1);
            (etag, version) = (data.Members.Single().Item2, data.Version);
        }
    }

    [Fact]
    public virtual async Task Silos_that_start_together_all_get_in_and_readers_see_whole_tables_only()
    {
        const int Silos = 8;
        using var done = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            do
            {
                // Nothing but inserts: as many rows as versions, at any moment.
                var seen = await _table.ReadAllAsync();
                seen.Members.Count.ShouldBe(seen.Version.Version);
            }
            while (!done.IsCancellationRequested);
        });

        await Task.WhenAll(Enumerable.Range(0, Silos).Select(_ => Task.Run(() => Insert(NewSilo()))));
        await done.CancelAsync();
        await reader;

        var data = await _table.ReadAllAsync();
        data.Version.Version.ShouldBe(Silos);
        data.Members.Select(member => member.Item1.SiloAddress).Distinct().Count().ShouldBe(Silos);
    }

    private async Task ShouldHold(MembershipEntry silo, string etag, TableVersion version)
    {
        var data = await _table.ReadAllAsync();
        data.Version.ShouldBe(version);
        var (read, readETag) = data.Members.ShouldHaveSingleItem();
        read.SiloAddress.ShouldBe(silo.SiloAddress);
        readETag.ShouldBe(etag);
    }

    private static MembershipEntry Copy(MembershipEntry silo, int proxyPort) => new()
    {
        SiloAddress = silo.SiloAddress,
        Status = silo.Status,
        ProxyPort = proxyPort,
        SiloName = silo.SiloName,
        HostName = silo.HostName,
        StartTime = silo.StartTime,
        IAmAliveTime = silo.IAmAliveTime,
    };
}
