using IoTOrleans.Contracts;
using IoTOrleans.DynamoDB.Client;
using IoTOrleans.Grains.State;

namespace IoTOrleans.DynamoDB.Tests.Storage;

public sealed class StoredItemTests : TestWithTables
{
    private static readonly GrainId Door = GrainId.Create("device", "玄関");

    [Fact]
    public async Task JSON_is_stored_as_text_that_people_can_read()
    {
        var state = new GrainState<ConformanceState>(new() { Text = "open", Number = 7 });
        await (await Tables.Storage()).WriteStateAsync("presence", Door, state);

        var item = (await Tables.Items(TableSchema.GrainState)).ShouldHaveSingleItem();

        item.ToDictionary(attribute => attribute.Key, attribute => attribute.Value.S).ShouldBe(
            new Dictionary<string, string>
            {
                ["grain"] = "iot-orleans#device/玄関",
                ["state"] = "Default#presence",
                ["etag"] = state.ETag!,
                ["data"] = "{\"Text\":\"open\",\"Number\":7,\"At\":null}",
            },
            ignoreOrder: true);
        state.ETag!.Length.ShouldBe(22);
        Tables.Units.ItemSizes("GrainState").ShouldBe([ItemSize.Of(item)]);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE })]
    [InlineData(new byte[] { 1, 0, 2 })]
    [InlineData(new byte[] { })]
    public async Task Bytes_of_any_kind_come_back_as_they_were(byte[] bytes)
    {
        var storage = await Tables.Storage(serializer: new RawSerializer());
        await storage.WriteStateAsync("presence", Door, new GrainState<byte[]>(bytes));

        var read = new GrainState<byte[]>([]);
        await storage.ReadStateAsync("presence", Door, read);

        read.State.ShouldBe(bytes);
        read.RecordExists.ShouldBeTrue();
    }

    [Fact]
    public async Task A_state_that_cannot_be_read_says_whose_it_is_and_what_to_do()
    {
        await (await Tables.Storage(serializer: new RawSerializer()))
            .WriteStateAsync("presence", Door, new GrainState<byte[]>([.. "{\"Number\":"u8]));
        var storage = await Tables.Storage();

        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() =>
            storage.ReadStateAsync("presence", Door, new GrainState<ConformanceState>(new())));

        failure.Error.ShouldBe(DynamoDBStoreError.Unreadable);
        failure.Message.ShouldContain("'presence' of device/玄関");
        failure.Message.ShouldNotContain('\n');
    }

    /// <summary>The fleet's record, and things that are counted.</summary>
    [Fact]
    public async Task Who_reads_leniently_learns_why_it_cannot_be_read_and_can_replace_it()
    {
        await (await Tables.Storage(serializer: new RawSerializer()))
            .WriteStateAsync("presence", Door, new GrainState<byte[]>([.. "{\"connected\":"u8]));
        var storage = await Tables.Storage(serializer: new StateSerializer());
        var read = new GrainState<Lenient<DeviceState>>(new());
        await storage.ReadStateAsync("presence", Door, read);
        read.State!.Unreadable.ShouldNotBeNull().ShouldNotContain('\n');
        read.RecordExists.ShouldBeTrue();

        read.State = new() { State = new() { Connected = true } };
        await storage.WriteStateAsync("presence", Door, read);
        var plain = new GrainState<DeviceState>(new());
        await storage.ReadStateAsync("presence", Door, plain);
        plain.State!.Connected.ShouldBe(true);
    }

    [Fact]
    public async Task A_state_beyond_400_KB_is_refused_in_words()
    {
        var storage = await Tables.Storage();

        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() =>
            storage.WriteStateAsync("presence", Door, new GrainState<ConformanceState>(new() { Text = new string('x', 410_000) })));

        failure.Error.ShouldBe(DynamoDBStoreError.ItemTooLarge);
    }
}
