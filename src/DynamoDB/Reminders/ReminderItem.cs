using System.Globalization;

namespace IoTOrleans.DynamoDB.Reminders;

/// <summary>A reminder as an item. It is small, with grain and name only in the key: a silo reads whole ranges every 5 minutes.</summary>
internal static class ReminderItem
{
    private const string StartAt = "startAt", Period = "period";

    public static Item From(string service, ReminderEntry entry, string etag)
    {
        var item = Key(service, entry.GrainId, entry.ReminderName);
        item[ETags.Attribute] = new(etag);
        item[StartAt] = new(StoredTime.Write(entry.StartAt));
        item[Period] = new(entry.Period.ToString("c"));
        return item;
    }

    public static Item Key(string service, GrainId grain, string name) => TableSchema.Reminders.Key(
        ReminderKey.Bucket(service, grain.GetUniformHashCode()), ReminderKey.Sort(grain, name));

    public static ReminderEntry ToEntry(Item item)
    {
        var sort = item[TableSchema.Reminders.SortKey].S;
        try
        {
            var (grain, name) = ReminderKey.Parse(sort);
            return new()
            {
                GrainId = grain,
                ReminderName = name,
                StartAt = StoredTime.Read(item[StartAt].S),
                Period = TimeSpan.ParseExact(item[Period].S, "c", CultureInfo.InvariantCulture),
                ETag = item[ETags.Attribute].S,
            };
        }
        catch (Exception cause) when (cause is FormatException or KeyNotFoundException or ArgumentException)
        {
            throw new DynamoDBStoreException(DynamoDBStoreError.Unreadable,
                $"The reminder {sort} in DynamoDB cannot be read ({cause.Message}): repair or delete this item of the reminder table.",
                cause);
        }
    }
}
