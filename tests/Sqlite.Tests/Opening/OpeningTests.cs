namespace IoTOrleans.Sqlite.Tests.Opening;

public sealed class OpeningTests : TestWithFolder
{
    [Fact]
    public async Task AFolder_that_is_missing_is_made_for_its_owner_alone()
    {
        var path = Folder.File("data/inner/store.db");

        await using var store = await TestStore.Open(path);

        store.Path.ShouldBe(path);
        File.Exists(path).ShouldBeTrue();
        if (OperatingSystem.IsWindows()) return;
        File.GetUnixFileMode(Path.GetDirectoryName(path)!)
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task The_file_says_that_it_is_ours_and_how_it_is_written()
    {
        await using var store = await TestStore.Open(Folder.File());

        (await store.Select("SELECT printf('%x', application_id) FROM pragma_application_id")).ShouldHaveSingleItem().ShouldBe("496f544f");
        (await store.Select("SELECT user_version FROM pragma_user_version")).ShouldHaveSingleItem().ShouldBe("1");
        (await store.Select("PRAGMA journal_mode")).ShouldHaveSingleItem().ShouldBe("wal");
        var synchronous = await store.Do(connection => connection.Pragma("synchronous"));
        synchronous.ShouldBe(2); // FULL
    }

    [Fact]
    public async Task What_was_stored_is_there_when_it_is_opened_again()
    {
        string etag;
        await using (var store = await TestStore.Open(Folder.File())) etag = await store.Insert("a");

        await using var again = await TestStore.Open(Folder.File());

        (await again.ETagOf("a")).ShouldBe(etag);
    }

    [Fact]
    public async Task An_empty_file_is_taken_for_a_new_one()
    {
        await File.WriteAllBytesAsync(Folder.File(), [], TestContext.Current.CancellationToken);

        await using var store = await TestStore.Open(Folder.File());

        await store.Insert("a");
    }

    [Fact]
    public async Task After_closing_the_one_file_is_all_there_is()
    {
        await using (var store = await TestStore.Open(Folder.File())) await store.Insert("a");

        var files = Directory.GetFiles(Path.GetDirectoryName(Folder.File())!);
        files.Select(Path.GetFileName).ShouldBe(["store.db", "store.db.lock"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_file_that_is_deleted_while_in_use_is_noticed_by_a_ping()
    {
        await using var store = await TestStore.Open(Folder.File());
        await store.Ping(TestContext.Current.CancellationToken);

        File.Delete(Folder.File());

        (await Should.ThrowAsync<SqliteStoreException>(() => store.Ping())).Message.ShouldContain("was deleted");
    }

    [Fact]
    public async Task A_store_that_nobody_opened_says_so()
    {
        await using var store = new SqliteStore(Folder.File(), Microsoft.Extensions.Logging.Abstractions.NullLogger<SqliteStore>.Instance);

        (await Should.ThrowAsync<SqliteStoreException>(() => store.Ping())).Error.ShouldBe(SqliteStoreError.Closed);
    }
}
