namespace IoTOrleans.Sqlite.Tests.Processes;

public sealed class SecondProcessTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task A_store_that_another_process_has_open_is_refused_until_that_one_is_gone_even_by_kill()
    {
        using var other = OtherProcess.Start(TestContext.Current.CancellationToken, "hold", _folder.File());
        (await other.ReadLine()).ShouldBe("open");

        var refusal = await TestStore.ShouldNotOpen(_folder.File());
        refusal.Error.ShouldBe(SqliteStoreError.InUse);
        refusal.Message.ShouldBe($"Another process has {_folder.File()} open: stop it, or give this one a path of its own.");

        await other.Kill();
        await using var store = await TestStore.Open(_folder.File());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_second_process_is_told_and_the_first_goes_on()
    {
        await using var store = await TestStore.Open(_folder.File());
        using var other = OtherProcess.Start(TestContext.Current.CancellationToken, "hold", _folder.File());

        var (exitCode, error) = await other.WaitForExit();

        exitCode.ShouldBe(1);
        error.ShouldStartWith("InUse: Another process has");
        await store.Insert("a");
    }

    [Fact]
    public async Task A_second_store_in_the_same_process_is_refused_too()
    {
        await using var store = await TestStore.Open(_folder.File());

        (await TestStore.ShouldNotOpen(_folder.File())).Error.ShouldBe(SqliteStoreError.InUse);
    }
}
