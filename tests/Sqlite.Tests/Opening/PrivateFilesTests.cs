using IoTOrleans.Sqlite.Engine;
using IoTOrleans.Testing;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Sqlite.Tests.Opening;

/// <summary>Nobody else reads the files, and no link leads a store elsewhere.</summary>
public sealed class PrivateFilesTests : TestWithFolder
{
    private const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybodys = Owners | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly RecordingLogger<SqliteStore> _log = new();

    private IEnumerable<string> Warnings => _log.Lines.Where(line => line.StartsWith("Warning", StringComparison.Ordinal));

    [Fact]
    public async Task New_files_are_for_their_owner_alone()
    {
        SkipOnWindows();
        await using var store = await Open();
        await store.Insert("a");

        var files = Directory.GetFiles(Path.GetDirectoryName(Folder.File())!);
        files.Select(Path.GetFileName).Order().ShouldBe(["store.db", "store.db-shm", "store.db-wal", "store.db.lock"]);
        foreach (var file in files) ModeOf(file).ShouldBe(Owners, file);
        Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Files_of_an_older_version_become_so()
    {
        SkipOnWindows();
        await using (var store = await Open()) await store.Insert("a");
        SetMode(Folder.File(), Everybodys);
        SetMode(Folder.File("store.db.lock"), Everybodys);

        await using var again = await Open();
        await again.Insert("b");

        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Folder.File())!)) ModeOf(file).ShouldBe(Owners, file);
    }

    [Fact]
    public async Task A_database_of_another_program_keeps_its_mode()
    {
        SkipOnWindows();
        using (var other = new StoreConnection(Folder.File(), TimeSpan.Zero)) other.ExecuteScript("CREATE TABLE theirs (a)");
        SetMode(Folder.File(), Everybodys);

        (await TestStore.ShouldNotOpen(Folder.File())).Error.ShouldBe(SqliteStoreError.AnotherApplication);

        ModeOf(Folder.File()).ShouldBe(Everybodys);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".lock")]
    [InlineData("-wal")]
    [InlineData("-shm")]
    [InlineData("-journal")]
    public async Task A_link_in_place_of_a_file_is_not_followed(string ending)
    {
        SkipOnWindows();
        var (link, target) = (Folder.File($"store.db{ending}"), Folder.File("elsewhere"));
        File.CreateSymbolicLink(link, target);

        await Refused(link, target);
        File.Exists(target).ShouldBeFalse();

        // Also where the link leads to something.
        await File.WriteAllTextAsync(target, "theirs", TestContext.Current.CancellationToken);
        await Refused(link, target);
        (await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken)).ShouldBe("theirs");
    }

    [Fact]
    public async Task A_folder_may_be_a_link()
    {
        SkipOnWindows();
        Directory.CreateDirectory(Folder.File("real"));
        SetMode(Folder.File("real"), Owners | UnixFileMode.UserExecute);
        Directory.CreateSymbolicLink(Folder.File("data"), Folder.File("real"));

        await using var store = await Open("data/store.db");

        File.Exists(Folder.File("real/store.db")).ShouldBeTrue();
        Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0b111_000_101, "look into")]
    [InlineData(0b111_100_000, "look into")]
    [InlineData(0b111_111_000, "write to")]
    [InlineData(0b111_000_011, "write to")]
    [InlineData(0b111_001_001, null)]
    [InlineData(0b111_000_000, null)]
    public async Task A_folder_that_is_open_to_others_is_a_warning(int mode, string? others)
    {
        SkipOnWindows();
        Directory.CreateDirectory(Folder.File("data"));
        SetMode(Folder.File("data"), (UnixFileMode)mode);

        await using var store = await Open("data/store.db");

        if (others is null) Warnings.ShouldBeEmpty();
        else Warnings.ShouldHaveSingleItem().ShouldStartWith($"Warning: Others may {others} the folder {Folder.File("data")} (mode 7");
        ModeOf(Folder.File("data")).ShouldBe((UnixFileMode)mode);
    }

    /// <summary>Others cannot write to such a folder unless they are root.</summary>
    [Fact]
    public async Task A_folder_of_another_user_is_a_warning()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Only root gives a folder away.");
        Directory.CreateDirectory(Folder.File("data"));
        SetMode(Folder.File("data"), Owners | UnixFileMode.UserExecute);
        using var chown = System.Diagnostics.Process.Start("chown", ["1654", Folder.File("data")]);
        await chown.WaitForExitAsync(TestContext.Current.CancellationToken);

        await using var store = await Open("data/store.db");

        Warnings.ShouldHaveSingleItem().ShouldStartWith($"Warning: The folder {Folder.File("data")} belongs to another user");
    }

    private async Task Refused(string link, string target)
    {
        SqliteStore.Trouble(Folder.File()).ShouldNotBeNull().ShouldStartWith($"{link} is a symbolic link to {target}.");
        var refusal = await TestStore.ShouldNotOpen(Folder.File());
        refusal.Error.ShouldBe(SqliteStoreError.CannotWrite);
        refusal.Message.ShouldStartWith($"{link} is a symbolic link to {target}. It is not followed");
    }

    private async Task<SqliteStore> Open(string name = "store.db")
    {
        var store = new SqliteStore(Folder.File(name), _log);
        await store.OpenAsync();
        return store;
    }

    private static UnixFileMode ModeOf(string file) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file);

    private static void SetMode(string file, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, mode);
    }

    private static void SkipOnWindows() =>
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes, and links need a privilege.");
}
