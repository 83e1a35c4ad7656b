namespace IoTOrleans.Silo.Reminders;

/// <summary>What a grain holds of its reminder.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.StoredReminder")]
internal sealed record StoredReminder(
    [property: Id(0)] GrainId Grain, [property: Id(1)] string ReminderName, [property: Id(2)] string ETag) : IGrainReminder
{
    public static StoredReminder? Of(ReminderEntry? row) => row is null ? null : new(row.GrainId, row.ReminderName, row.ETag!);
}
