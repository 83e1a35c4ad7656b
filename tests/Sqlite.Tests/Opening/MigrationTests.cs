using IoTOrleans.Sqlite.Opening;

namespace IoTOrleans.Sqlite.Tests.Opening;

public sealed class MigrationTests : TestWithFolder
{
    private static readonly Migration
        Next = new(Schema.Migrations[^1].Version + 1, "ALTER TABLE grain_state ADD COLUMN note TEXT NOT NULL DEFAULT 'migrated'"),
        NextButOne = new(Next.Version + 1, "ALTER TABLE grain_state RENAME COLUMN note TO remark");

    [Fact]
    public void The_steps_are_numbered_from_1_without_a_gap() =>
        Schema.Migrations.Select(migration => migration.Version).ShouldBe(Enumerable.Range(1, Schema.Migrations.Count));

    [Fact]
    public async Task An_old_file_is_brought_up_to_date_step_by_step_and_keeps_its_rows()
    {
        string etag;
        await using (var old = await TestStore.Open(Folder.File())) etag = await old.Insert("a");

        await using var store = await TestStore.Open(Folder.File(), migrations: [.. Schema.Migrations, Next, NextButOne]);

        (await store.ETagOf("a")).ShouldBe(etag);
        (await store.Select("SELECT remark FROM grain_state")).ShouldBe(["migrated"]);
        (await store.Select("PRAGMA user_version")).ShouldBe([$"{NextButOne.Version}"]);
    }

    [Fact]
    public async Task A_step_is_done_once()
    {
        await using (await TestStore.Open(Folder.File(), migrations: [.. Schema.Migrations, Next]))
        {
        }

        await using var store = await TestStore.Open(Folder.File(), migrations: [.. Schema.Migrations, Next, NextButOne]);

        await store.Insert("a");
    }

    [Fact]
    public async Task A_step_that_fails_leaves_the_file_to_the_old_version()
    {
        string etag;
        await using (var old = await TestStore.Open(Folder.File())) etag = await old.Insert("a");
        var broken = new Migration(NextButOne.Version, "ALTER TABLE no_such_table ADD COLUMN x");

        (await TestStore.ShouldNotOpen(Folder.File(), [.. Schema.Migrations, Next, broken])).Message.ShouldContain("no_such_table");

        await using var again = await TestStore.Open(Folder.File());
        (await again.ETagOf("a")).ShouldBe(etag);
    }

    [Fact]
    public async Task An_old_program_leaves_a_migrated_file_alone()
    {
        await using (await TestStore.Open(Folder.File(), migrations: [.. Schema.Migrations, Next]))
        {
        }

        (await TestStore.ShouldNotOpen(Folder.File())).Error.ShouldBe(SqliteStoreError.NewerVersion);
    }
}
