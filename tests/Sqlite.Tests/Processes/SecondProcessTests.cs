namespace IoTOrleans.Sqlite.Tests.Processes;

public sealed class SecondProcessTests : TestWithFolder
{
    [Fact(Timeout = 60_000)]
    public async Task A_store_that_another_process_has_open_is_refused_until_that_one_is_gone_even_by_kill()
    {
        using var other = OtherProcess.Start(TestContext.Current.CancellationToken, "hold", Folder.File());
        (await other.ReadLine()).ShouldBe("open");

        var refusal = await TestStore.ShouldNotOpen(Folder.File());
        refusal.Error.ShouldBe(SqliteStoreError.InUse);
        refusal.Message.ShouldBe($"Another process has {Folder.File()} open: stop it, or give this one a path of its own.");

        await other.Kill();
        await using var store = await TestStore.Open(Folder.File());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_second_process_is_told_and_the_first_goes_on()
    {
        await using var store = await TestStore.Open(Folder.File());
        using var other = OtherProcess.Start(TestContext.Current.CancellationToken, "hold", Folder.File());

        var (exitCode, error) = await other.WaitForExit();

        exitCode.ShouldBe(1);
        error.ShouldStartWith("InUse: Another process has");
        await store.Insert("a");
    }

    /// <summary>By a hard link. A symbolic one is refused anyway (PrivateFilesTests).</summary>
    [Fact(Timeout = 60_000)]
    public async Task Another_name_of_the_same_file_is_refused_too()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux keeps a lock on the file itself apart from SQLite's.");
        var other = Folder.File("elsewhere/other.db");
        Directory.CreateDirectory(Path.GetDirectoryName(other)!);
        await using (var store = await TestStore.Open(Folder.File())) await store.Insert("a");
        await Link(Folder.File(), other);

        using var process = OtherProcess.Start(TestContext.Current.CancellationToken, "hold", other);
        (await process.ReadLine()).ShouldBe("open");
        var refusal = await TestStore.ShouldNotOpen(Folder.File());
        refusal.Error.ShouldBe(SqliteStoreError.InUse);
        await process.Kill();

        await using var again = await TestStore.Open(Folder.File());
        using var late = OtherProcess.Start(TestContext.Current.CancellationToken, "hold", other);
        (await late.WaitForExit()).Error.ShouldStartWith("InUse: Another process has");
        (await again.ETagOf("a")).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_sqlite3_shell_may_look_while_it_is_open()
    {
        await using var store = await TestStore.Open(Folder.File());
        await store.Insert("a");
        using var shell = new IoTOrleans.Sqlite.Engine.StoreConnection(Folder.File(), TimeSpan.Zero);
        shell.Scalar("SELECT count(*) FROM grain_state").ShouldBe(1L);
    }

    private static async Task Link(string target, string name)
    {
        using var ln = System.Diagnostics.Process.Start("ln", [target, name]);
        await ln.WaitForExitAsync(TestContext.Current.CancellationToken);
        ln.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_second_store_in_the_same_process_is_refused_too()
    {
        await using var store = await TestStore.Open(Folder.File());

        (await TestStore.ShouldNotOpen(Folder.File())).Error.ShouldBe(SqliteStoreError.InUse);
    }
}
