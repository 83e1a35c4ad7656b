namespace IoTOrleans.Sqlite.Tests.Storage;

public sealed class StoredTextTests : TestWithStore
{
    private static readonly GrainId Door = GrainId.Create("device", "玄関");

    [Fact]
    public async Task JSON_is_stored_as_text_that_SQL_can_read()
    {
        await Store.Storage().WriteStateAsync("presence", Door, new GrainState<ConformanceState>(new() { Text = "open", Number = 7 }));

        (await Select("typeof(data)")).ShouldBe("text");
        (await Select("data ->> '$.Number'")).ShouldBe("7");
        (await Select("storage || ' ' || state || ' ' || grain")).ShouldBe("Default presence device/玄関");
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE })]
    [InlineData(new byte[] { 1, 0, 2 })]
    [InlineData(new byte[] { })]
    public async Task Bytes_that_are_not_text_come_back_as_they_were(byte[] bytes)
    {
        var storage = Store.Storage(serializer: new RawSerializer());
        await storage.WriteStateAsync("presence", Door, new GrainState<byte[]>(bytes));

        var read = new GrainState<byte[]>([]);
        await storage.ReadStateAsync("presence", Door, read);

        read.State.ShouldBe(bytes);
        read.RecordExists.ShouldBeTrue();
    }

    [Fact]
    public async Task A_state_that_cannot_be_read_says_whose_it_is_and_what_to_do()
    {
        await Store.Storage(serializer: new RawSerializer())
            .WriteStateAsync("presence", Door, new GrainState<byte[]>([.. "{\"Number\":"u8]));

        var failure = await Should.ThrowAsync<SqliteStoreException>(() =>
            Store.Storage().ReadStateAsync("presence", Door, new GrainState<ConformanceState>(new())));

        failure.Error.ShouldBe(SqliteStoreError.UnreadableState);
        failure.Message.ShouldContain("'presence' of device/玄関");
        failure.Message.ShouldNotContain('\n');
    }

    private async Task<string> Select(string column) => (await Store.Select($"SELECT {column} FROM grain_state")).ShouldHaveSingleItem();
}
