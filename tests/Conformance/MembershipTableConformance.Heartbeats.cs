namespace IoTOrleans.Conformance;

/// <summary>Heartbeats, and the cleanup of rows of silos that write none.</summary>
public abstract partial class MembershipTableConformance
{
    [Fact]
    public virtual async Task A_heartbeat_changes_its_time_and_nothing_else()
    {
        var (silo, _, version) = await Insert(NewSilo(SiloStatus.Active));
        var beat = Copy(silo, proxyPort: 1);
        (beat.Status, beat.IAmAliveTime) = (SiloStatus.Dead, Start.AddMinutes(5));

        await _table.UpdateIAmAliveAsync(beat);

        var data = await _table.ReadAllAsync();
        data.Version.ShouldBe(version);
        var read = data.Members.ShouldHaveSingleItem().Item1;
        read.IAmAliveTime.ShouldBe(Start.AddMinutes(5));
        read.Status.ShouldBe(SiloStatus.Active);
        read.ProxyPort.ShouldBe(silo.ProxyPort);
    }

    [Fact]
    public virtual async Task A_heartbeat_does_not_bring_back_a_row_that_was_cleaned_up()
    {
        var (silo, _, version) = await Insert(NewSilo(SiloStatus.Dead));
        await _table.CleanupDefunctSiloEntriesAsync(Start.AddDays(1));

        await _table.UpdateIAmAliveAsync(silo);

        (await _table.ReadAllAsync()).Members.ShouldBeEmpty();
        (await _table.ReadRowAsync(silo.SiloAddress)).Members.ShouldBeEmpty();
        (await _table.ReadAllAsync()).Version.ShouldBe(version);
    }

    [Fact]
    public virtual async Task Heartbeats_and_changes_do_not_get_in_each_others_way()
    {
        var (silo, etag, version) = await Insert(NewSilo(SiloStatus.Active));
        using var done = new CancellationTokenSource();
        var beats = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested) await _table.UpdateIAmAliveAsync(silo);
        })).ToList();

        for (var round = 1; round <= 10; round++)
        {
            (await _table.UpdateRowAsync(silo, etag, version.Next())).ShouldBeTrue();
            var data = await _table.ReadRowAsync(silo.SiloAddress);
            (etag, version) = (data.Members.Single().Item2, data.Version);
            version.Version.ShouldBe(1 + round);
        }

        await done.CancelAsync();
        await Task.WhenAll(beats);
    }

    [Fact]
    public virtual async Task Cleanup_removes_what_gave_no_sign_of_life_for_long_and_is_not_active()
    {
        var limit = Start.AddDays(1);
        var silos = new Dictionary<string, MembershipEntry>
        {
            ["active"] = NewSilo(SiloStatus.Active),
            ["long dead"] = NewSilo(SiloStatus.Dead),
            ["never came up"] = NewSilo(SiloStatus.Joining),
            ["dead of late"] = NewSilo(SiloStatus.Dead),
            ["declared dead of late"] = NewSilo(SiloStatus.Dead),
            ["started of late"] = NewSilo(SiloStatus.Created),
        };
        silos["dead of late"].IAmAliveTime = limit;
        silos["declared dead of late"].AddSuspector(silos["active"].SiloAddress, limit);
        silos["started of late"].StartTime = limit;
        foreach (var silo in silos.Values) await Insert(silo);
        var version = (await _table.ReadAllAsync()).Version;

        await _table.CleanupDefunctSiloEntriesAsync(limit);

        var data = await _table.ReadAllAsync();
        data.Members.Select(member => silos.Single(silo => silo.Value.SiloAddress.Equals(member.Item1.SiloAddress)).Key)
            .ShouldBe(["active", "dead of late", "declared dead of late", "started of late"], ignoreOrder: true);
        data.Version.ShouldBe(version);
    }
}
