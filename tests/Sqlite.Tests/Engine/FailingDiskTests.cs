using IoTOrleans.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace IoTOrleans.Sqlite.Tests.Engine;

/// <summary>Writes fail with a clear text while the cause lasts, and succeed again by themselves.</summary>
public sealed class FailingDiskTests : TestWithFolder
{
    private static readonly string BigText = $"\"{new string('x', 100_000)}\"";

    [Fact]
    public async Task A_full_disk()
    {
        using var disk = Mount.OrSkip(Folder.File("disk"), "size=2m");
        await using var store = await TestStore.Open(Folder.File("disk/store.db"));
        var etag = await store.Insert("before");
        var ballast = Folder.File("disk/ballast");
        Fill(ballast);

        var failure = await Should.ThrowAsync<SqliteStoreException>(() => store.Insert("big", BigText));

        failure.Error.ShouldBe(SqliteStoreError.DiskFull);
        failure.Message.ShouldContain("The disk is full");
        (await store.ETagOf("before")).ShouldBe(etag);
        (await store.ETagOf("big")).ShouldBeNull();

        File.Delete(ballast);
        await store.Insert("big", BigText);
        (await store.Select("PRAGMA integrity_check")).ShouldBe(["ok"]);
    }

    [Fact]
    public async Task A_file_that_may_not_grow()
    {
        await using var store = await TestStore.Open(Folder.File());
        await store.Do(connection => connection.Scalar("PRAGMA max_page_count = 10"));

        (await Should.ThrowAsync<SqliteStoreException>(() => store.Insert("big", BigText))).Error.ShouldBe(SqliteStoreError.DiskFull);
        var small = await store.Insert("small");

        await store.Do(connection => connection.Scalar("PRAGMA max_page_count = 1000000"));
        await store.Insert("big", BigText);
        (await store.ETagOf("small")).ShouldBe(small);
    }

    [Fact]
    public async Task Full_in_the_middle_of_a_group_no_write_is_acknowledged_that_is_not_stored()
    {
        await using var store = await TestStore.Open(Folder.File());
        await store.Do(connection => connection.Scalar("PRAGMA max_page_count = 30"));
        using var gate = await Gate.Close(store);
        var writes = Enumerable.Range(0, 100).Select(i => (Key: $"{i}", Write: store.Insert($"{i}", i % 2 == 0 ? "{}" : BigText))).ToList();

        await gate.Open();

        foreach (var (key, write) in writes)
        {
            var etag = await Task.WhenAny(write) is { IsCompletedSuccessfully: true } ? await write : null;
            (await store.ETagOf(key)).ShouldBe(etag);
        }

        writes.ShouldContain(write => write.Write.IsFaulted);
    }

    [Fact]
    public async Task Another_program_that_keeps_the_write_lock()
    {
        await using var store = await TestStore.Open(Folder.File(), new StoreSettings { BusyTimeout = TimeSpan.FromMilliseconds(20) });
        await using var shell = new SqliteConnection($"Data Source={Folder.File()};Pooling=False");
        await shell.OpenAsync(TestContext.Current.CancellationToken);
        await using (await shell.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            var failure = await Should.ThrowAsync<SqliteStoreException>(() => store.Insert("a"));
            failure.Error.ShouldBe(SqliteStoreError.Busy);
            (await store.ETagOf("a")).ShouldBeNull();
        }

        await store.Insert("a");
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true) file.Write(block);
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }
}
