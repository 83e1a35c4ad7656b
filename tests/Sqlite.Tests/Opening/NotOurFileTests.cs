using Microsoft.Data.Sqlite;

namespace IoTOrleans.Sqlite.Tests.Opening;

/// <summary>Somebody else's file is refused with a reason, and not a byte of it is changed.</summary>
public sealed class NotOurFileTests : TestWithFolder
{
    [Theory]
    [InlineData(1)]
    [InlineData(5000)]
    public async Task A_file_that_is_no_database(int lines)
    {
        await File.WriteAllLinesAsync(Folder.File(), Enumerable.Repeat("shopping list", lines), TestContext.Current.CancellationToken);

        await ShouldBeRefused(SqliteStoreError.NotADatabase, "is not a SQLite database");
    }

    [Fact]
    public async Task A_database_with_tables_of_some_other_program()
    {
        Make("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('natto')");

        await ShouldBeRefused(SqliteStoreError.AnotherApplication, "another program");
    }

    [Theory]
    [InlineData("PRAGMA application_id = 4711")]
    [InlineData("PRAGMA user_version = 1")]
    public async Task A_database_that_another_program_has_only_begun(string sql)
    {
        Make(sql);

        await ShouldBeRefused(SqliteStoreError.AnotherApplication, "another program");
    }

    [Fact]
    public async Task A_file_of_a_newer_version()
    {
        await using (await TestStore.Open(Folder.File()))
        {
        }

        Make("PRAGMA user_version = 99");

        await ShouldBeRefused(SqliteStoreError.NewerVersion, "newer version (schema 99");
    }

    [Fact]
    public async Task Once_refused_the_path_is_free_again()
    {
        await File.WriteAllTextAsync(Folder.File(), "shopping list", TestContext.Current.CancellationToken);
        await TestStore.ShouldNotOpen(Folder.File());
        File.Delete(Folder.File());

        await using var store = await TestStore.Open(Folder.File());
    }

    private async Task ShouldBeRefused(SqliteStoreError error, string text)
    {
        var before = await File.ReadAllBytesAsync(Folder.File(), TestContext.Current.CancellationToken);

        var refusal = await TestStore.ShouldNotOpen(Folder.File());

        refusal.Error.ShouldBe(error);
        refusal.Message.ShouldContain(Folder.File());
        refusal.Message.ShouldContain(text);
        var after = await File.ReadAllBytesAsync(Folder.File(), TestContext.Current.CancellationToken);
        after.ShouldBe(before);
    }

    private void Make(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Folder.File()};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
