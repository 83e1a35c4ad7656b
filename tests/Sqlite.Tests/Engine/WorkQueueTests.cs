using IoTOrleans.Sqlite.Engine;

namespace IoTOrleans.Sqlite.Tests.Engine;

public sealed class WorkQueueTests
{
    [Fact]
    public async Task Once_closed_it_hands_out_what_it_holds_and_refuses_those_that_wait()
    {
        using var queue = new WorkQueue(capacity: 2, "store.db");
        var held = new[] { Ask(queue), Ask(queue) };
        var waiting = new[] { Ask(queue), Ask(queue), Ask(queue) };

        queue.Close();
        foreach (var item in queue.TakeAll())
        {
            item.Run(null!);
            item.Publish();
            queue.Done(1);
        }

        await Task.WhenAll(held);
        foreach (var question in waiting) (await Should.ThrowAsync<SqliteStoreException>(question)).Error.ShouldBe(SqliteStoreError.Closed);
        (await Should.ThrowAsync<SqliteStoreException>(Ask(queue))).Error.ShouldBe(SqliteStoreError.Closed);
    }

    private static Task<int> Ask(WorkQueue queue) => queue.Run(_ => 42, TestContext.Current.CancellationToken);
}
