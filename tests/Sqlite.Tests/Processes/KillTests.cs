using IoTOrleans.Sqlite.Storage;

namespace IoTOrleans.Sqlite.Tests.Processes;

public sealed class KillTests : TestWithFolder
{
    private const int Writers = 50;

    [Fact(Timeout = 60_000)]
    public async Task Killed_under_load_it_loses_nothing_that_was_acknowledged()
    {
        using var writing = OtherProcess.Start(TestContext.Current.CancellationToken, "write", Folder.File(), $"{Writers}");
        (await writing.ReadLine()).ShouldBe("open");
        var acknowledged = new int[Writers];
        for (var i = 0; i < 3000; i++) Note(await writing.ReadLine());

        await writing.Kill();
        while (await writing.ReadLine() is { } line) Note(line);

        await using var store = await TestStore.Open(Folder.File());
        (await store.Select("PRAGMA integrity_check")).ShouldBe(["ok"]);
        for (var writer = 0; writer < Writers; writer++)
        {
            var stored = await Stored(store, writer);

            // The write on its way when the process died may have been stored, but not yet told.
            stored.ShouldBeInRange(acknowledged[writer], acknowledged[writer] + 1, $"writer {writer}");
        }

        void Note(string? line)
        {
            var numbers = line!.Split(' ').Select(number => int.Parse(number, null)).ToArray();
            acknowledged[numbers[0]] = numbers[1];
        }
    }

    private static async Task<int> Stored(SqliteStore store, int writer)
    {
        var key = new GrainStateKey("Default", "count", GrainId.Create("writer", $"{writer}"));
        var state = await store.Read(connection => GrainStateTable.Read(connection, key), TestContext.Current.CancellationToken);
        return state is null ? 0 : int.Parse(state.ETag, null);
    }
}
