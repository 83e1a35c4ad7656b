using System.Collections.Concurrent;

namespace IoTOrleans.DynamoDB.Reminders;

internal sealed class DynamoDBReminderTable(string service, DynamoDBTable table) : IReminderTable
{
    /// <summary>For one range. The whole ring takes 256 queries of some milliseconds each: in parallel about a second.</summary>
    private const int ParallelQueries = 16;

    public async Task<ReminderTableData> ReadRows(GrainId grainId)
    {
        var bucket = ReminderKey.Bucket(service, grainId.GetUniformHashCode());
        var items = table.Query(bucket, ReminderKey.OfGrain(grainId), ReminderKey.AfterGrain(grainId));
        return new(await items.Select(ReminderItem.ToEntry).ToListAsync());
    }

    public async Task<ReminderTableData> ReadRows(uint begin, uint end)
    {
        var entries = new ConcurrentBag<ReminderEntry>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelQueries };
        await Parallel.ForEachAsync(RingRange.Split(begin, end), options, async (range, cancellationToken) =>
        {
            var bucket = ReminderKey.Bucket(service, range.First);
            var items = table.Query(bucket, ReminderKey.First(range.First), ReminderKey.After(range.Last), cancellationToken);
            await foreach (var item in items) entries.Add(ReminderItem.ToEntry(item));
        });
        return new(entries);
    }

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        await table.Read(ReminderItem.Key(service, grainId, reminderName)) is { } item ? ReminderItem.ToEntry(item) : null;

    /// <summary>Unconditional, because Orleans registers a reminder without knowing the stored one.</summary>
    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var etag = ETags.New();
        await table.Put(ReminderItem.From(service, entry, etag));
        return etag;
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) =>
        await table.Delete(ReminderItem.Key(service, grainId, reminderName), WriteCondition.ETagIs(eTag)) is null;

    public async Task TestOnlyClearTable()
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelQueries };
        await Parallel.ForEachAsync((await ReadRows(0, 0)).Reminders, options, async (entry, _) =>
            await RemoveRow(entry.GrainId, entry.ReminderName, entry.ETag!));
    }
}
