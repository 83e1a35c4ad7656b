namespace IoTOrleans.Sqlite.Tests.Opening;

/// <summary>Places where no file can be written.</summary>
public sealed class FolderTests : TestWithFolder
{
    [Fact]
    public async Task Below_a_regular_file()
    {
        await File.WriteAllTextAsync(Folder.File("file"), "", TestContext.Current.CancellationToken);

        await ShouldBeRefused(Folder.File("file/store.db"));
    }

    [Fact]
    public async Task Where_aFolder_has_the_name()
    {
        Directory.CreateDirectory(Folder.File("store.db"));

        await ShouldBeRefused(Folder.File("store.db"));
    }

    [Fact]
    public async Task Where_the_system_makes_noFolders()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no /proc here.");

        await ShouldBeRefused("/proc/data/store.db");
    }

    [Fact]
    public async Task On_a_disk_that_is_mounted_read_only()
    {
        using var mount = Mount.OrSkip(Folder.File("disk"), "ro,size=1m");

        await ShouldBeRefused(Folder.File("disk/store.db"));
    }

    [Fact]
    public async Task In_aFolder_without_the_right_to_write()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Root may write everywhere; the read-only disk stands in.");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such right on a folder.");
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateDirectory(Folder.File("locked"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await ShouldBeRefused(Folder.File("locked/store.db"));
    }

    private static async Task ShouldBeRefused(string path)
    {
        var refusal = await TestStore.ShouldNotOpen(path);

        refusal.Error.ShouldBe(SqliteStoreError.CannotWrite);
        refusal.Message.ShouldContain(Path.GetDirectoryName(path)!);
        refusal.Message.ShouldContain("writ");
    }
}
