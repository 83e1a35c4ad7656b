using System.Globalization;

namespace IoTOrleans.Sqlite.Tests;

/// <summary>A copy is one moment of the store, complete or not there at all. Under load and restored: BackupTests of the silo.</summary>
public sealed class BackupTests : TestWithFolder
{
    private string Copy => Folder.File("copies/copy.db");

    [Fact]
    public async Task A_copy_of_an_open_store_has_what_is_stored_and_the_store_goes_on()
    {
        await using var store = await TestStore.Open(Folder.File());
        var etag = await store.Insert("before");

        SqliteBackup.Write(Folder.File(), Copy);
        await store.Insert("after");

        await using var copy = await TestStore.Open(Copy);
        (await copy.ETagOf("before")).ShouldBe(etag);
        (await copy.ETagOf("after")).ShouldBeNull();
        if (!OperatingSystem.IsWindows()) Mode(Copy).ShouldBe("600");
    }

    [Fact]
    public async Task What_is_there_stays()
    {
        await using (var store = await TestStore.Open(Folder.File())) await store.Insert("a");
        Directory.CreateDirectory(Path.GetDirectoryName(Copy)!);
        await File.WriteAllTextAsync(Copy, "mine", TestContext.Current.CancellationToken);

        ShouldFail(Folder.File(), "is there already");

        (await File.ReadAllTextAsync(Copy, TestContext.Current.CancellationToken)).ShouldBe("mine");
    }

    [Theory]
    [InlineData("", "is no database of this service")]
    [InlineData("shopping list, which is no database at all, however long it may be", "is not a SQLite database")]
    [InlineData(null, "There is no database")]
    public void What_is_no_store_is_named_and_nothing_is_left_behind(string? content, string words)
    {
        if (content is not null) File.WriteAllText(Folder.File(), string.Concat(Enumerable.Repeat(content, 100)));

        ShouldFail(Folder.File(), words);

        File.Exists(Copy).ShouldBeFalse();
        if (content is not null) Directory.GetFiles(Path.GetDirectoryName(Copy)!).ShouldBeEmpty();
    }

    [Fact]
    public async Task Damage_is_not_copied()
    {
        await using (var store = await TestStore.Open(Folder.File()))
        {
            for (var i = 0; i < 50; i++) await store.Insert(i.ToString(CultureInfo.InvariantCulture), new string('x', 2_000));
        }

        await using (var file = File.OpenWrite(Folder.File()))
        {
            file.Position = 5 * 4096;
            file.Write(new byte[20 * 4096]);
        }

        ShouldFail(Folder.File(), "damaged");

        Directory.GetFiles(Path.GetDirectoryName(Copy)!).ShouldBeEmpty();
    }

    private void ShouldFail(string database, string words)
    {
        var refusal = Should.Throw<SqliteStoreException>(() => SqliteBackup.Write(database, Copy));
        refusal.Message.ShouldContain(words);
        refusal.Message.ShouldNotContain('\n');
    }

    private static string Mode(string file) => OperatingSystem.IsWindows() ? "" : Convert.ToString((int)File.GetUnixFileMode(file), 8);
}
