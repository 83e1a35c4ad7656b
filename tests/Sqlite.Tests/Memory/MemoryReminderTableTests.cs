
namespace IoTOrleans.Sqlite.Tests.Memory;

public sealed class MemoryReminderTableTests(MemorySilo silo) : ReminderTableConformance, IClassFixture<MemorySilo>
{
    protected override Task<IReminderTable> CreateTable() => Task.FromResult(silo.Reminders);
}
