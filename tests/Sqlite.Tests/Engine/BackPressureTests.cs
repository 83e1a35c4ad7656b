using IoTOrleans.Sqlite.Engine;

namespace IoTOrleans.Sqlite.Tests.Engine;

public sealed class BackPressureTests : TestWithStore
{
    private const int Capacity = 8;

    private protected override StoreSettings Settings => new() { QueueCapacity = Capacity, MaxGroup = 4 };

    [Fact]
    public async Task No_more_than_the_capacity_is_taken_in_and_the_others_wait_without_a_thread()
    {
        using var gate = await Gate.Close(Store);

        // All of these calls return although nobody writes: waiting costs the caller no thread.
        var writes = Enumerable.Range(0, 10 * Capacity).Select(i => Store.Insert($"{i}")).ToList();
        Store.PendingWrites.ShouldBe(Capacity);

        await gate.Open();
        await Task.WhenAll(writes);
        (await Store.Select("SELECT count(*) FROM grain_state")).ShouldBe([$"{10 * Capacity}"]);
    }

    [Fact]
    public async Task A_write_called_off_while_it_waits_for_a_place_is_not_stored()
    {
        using var gate = await Gate.Close(Store);
        var accepted = Enumerable.Range(1, Capacity - 1).Select(i => Store.Insert($"{i}")).ToList();
        using var calledOff = new CancellationTokenSource();
        var ran = false;
        var waiting = Store.Write(_ => ran = true, calledOff.Token);

        await calledOff.CancelAsync();
        await gate.Open();

        await Should.ThrowAsync<OperationCanceledException>(waiting);
        await Task.WhenAll(accepted);
        ran.ShouldBeFalse();
    }

    [Fact]
    public async Task Closing_stores_what_was_taken_in_and_tells_everybody_else()
    {
        using var gate = await Gate.Close(Store);
        var accepted = Enumerable.Range(1, Capacity - 1).Select(Insert).ToList();
        var waiting = Enumerable.Range(Capacity, 20).Select(Insert).ToList();

        var closing = Store.DisposeAsync();
        await gate.Open();
        await closing;

        await Task.WhenAll(accepted.Select(write => write.Write));
        (await Should.ThrowAsync<SqliteStoreException>(() => Store.Insert("late"))).Error.ShouldBe(SqliteStoreError.Closed);
        await using var again = await TestStore.Open(Folder.File());
        foreach (var (key, write) in accepted.Concat(waiting))
        {
            // A waiting write may still be accepted or not. Its answer must say which.
            var etag = await Task.WhenAny(write) is { IsCompletedSuccessfully: true } ? await write : null;
            (await again.ETagOf(key)).ShouldBe(etag);
            if (etag is null) (await Should.ThrowAsync<SqliteStoreException>(write)).Error.ShouldBe(SqliteStoreError.Closed);
        }

        (string Key, Task<string> Write) Insert(int i) => ($"{i}", Store.Insert($"{i}"));
    }
}
