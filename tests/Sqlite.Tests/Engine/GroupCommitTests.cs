using IoTOrleans.Sqlite.Reminders;
using IoTOrleans.Sqlite.Storage;

namespace IoTOrleans.Sqlite.Tests.Engine;

public sealed class GroupCommitTests : TestWithStore
{
    [Fact]
    public async Task What_gathers_during_a_commit_shares_the_next_one()
    {
        using var gate = await Gate.Close(Store);
        var writes = Enumerable.Range(0, 200).Select(i => Store.Insert($"{i}")).ToList();

        await gate.Open();
        await Task.WhenAll(writes);

        Store.Commits.ShouldBe(2); // The gate's own, and one for all.
    }

    [Fact]
    public async Task Two_hundred_writers_lose_nothing()
    {
        const int Writers = 200, Rounds = 25;
        var last = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var etag = await Store.Insert($"{writer}");
            for (var round = 1; round < Rounds; round++)
            {
                var (expected, next) = (etag, Guid.NewGuid().ToString("N"));
                var conflict = await Store.Do(connection =>
                    GrainStateTable.Write(
                        connection, TestStore.Key($"{writer}"), expected, next, StateValue.Of(BinaryData.FromString("{}"))));
                conflict.ShouldBeNull();
                etag = next;
            }

            return etag;
        }));

        for (var writer = 0; writer < Writers; writer++) (await Store.ETagOf($"{writer}")).ShouldBe(last[writer]);
        Store.Commits.ShouldBeLessThan(Writers * Rounds / 4);
    }

    [Fact]
    public async Task Five_thousand_things_may_drop_and_return_at_once()
    {
        var (storage, reminders) = (Store.Storage(), new SqliteReminderTable(Store));
        await Task.WhenAll(Enumerable.Range(0, 5000).Select(async i =>
        {
            var thing = GrainId.Create("device", $"thing-{i}");
            var state = new GrainState<ConformanceState>(new() { Text = "grace" });
            var entry = new ReminderEntry { GrainId = thing, ReminderName = "presence", Period = TimeSpan.FromMinutes(1) };
            var etag = await reminders.UpsertRow(entry);
            await storage.WriteStateAsync("presence", thing, state);
            state.State = new() { Text = "connected" };
            await storage.WriteStateAsync("presence", thing, state);
            (await reminders.RemoveRow(thing, "presence", etag!)).ShouldBeTrue();
        }));

        (await Store.Select("SELECT count(*) FROM grain_state WHERE data ->> '$.Text' = 'connected'")).ShouldBe(["5000"]);
        (await reminders.ReadRows(0, 0)).Reminders.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_write_that_fails_halfway_leaves_nothing_behind_and_its_neighbours_alone()
    {
        using var gate = await Gate.Close(Store);
        var before = Store.Insert("before");
        var failing = Store.Do(connection =>
        {
            GrainStateTable.Write(connection, TestStore.Key("halfway"), null, "etag", StateValue.Of(BinaryData.FromString("{}")));
            return connection.Execute("INSERT INTO grain_state (storage) VALUES (NULL)");
        });
        var after = Store.Insert("after");

        await gate.Open();

        (await Should.ThrowAsync<SqliteStoreException>(failing)).Message.ShouldContain("NOT NULL");
        string[] acknowledged = [await before, await after];
        (await Store.ETagOf("before")).ShouldBe(acknowledged[0]);
        (await Store.ETagOf("halfway")).ShouldBeNull();
        (await Store.ETagOf("after")).ShouldBe(acknowledged[1]);
        Store.Commits.ShouldBe(2);
    }

    [Fact]
    public async Task When_the_commit_fails_every_write_of_the_group_fails()
    {
        using var gate = await Gate.Close(Store);
        var good = Store.Insert("good");

        // A broken reference that SQLite looks at only on commit.
        var breaking = Store.Do(connection =>
        {
            connection.ExecuteScript("CREATE TABLE parent (id TEXT PRIMARY KEY)");
            connection.ExecuteScript("CREATE TABLE child (parent TEXT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)");
            return connection.Execute("INSERT INTO child VALUES ('nobody')");
        });
        var alsoGood = Store.Insert("also good");

        await gate.Open();

        await Should.ThrowAsync<SqliteStoreException>(good);
        (await Should.ThrowAsync<SqliteStoreException>(breaking)).Message.ShouldContain("FOREIGN KEY");
        await Should.ThrowAsync<SqliteStoreException>(alsoGood);
        (await Store.ETagOf("good")).ShouldBeNull();
        await Store.Insert("good");
    }

    [Fact]
    public async Task A_read_waits_for_no_commit_and_sees_what_was_acknowledged()
    {
        var acknowledged = await Store.Insert("acknowledged");
        using var gate = await Gate.Close(Store);
        var waiting = Store.Insert("waiting");

        (await Store.ETagOf("acknowledged")).ShouldBe(acknowledged);
        (await Store.ETagOf("waiting")).ShouldBeNull();

        await gate.Open();
        var etag = await waiting;
        (await Store.ETagOf("waiting")).ShouldBe(etag);
    }
}
