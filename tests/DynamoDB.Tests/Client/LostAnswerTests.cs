namespace IoTOrleans.DynamoDB.Tests.Client;

/// <summary>The request was carried out and the connection broke before the answer: neither a conflict nor a second write.</summary>
public sealed class LostAnswerTests(TestTables tables) : IClassFixture<TestTables>, IAsyncLifetime
{
    private readonly GrainId _grain = GrainId.Create("device", Guid.NewGuid().ToString("N"));
    private FaultyLine _line = null!;
    private DynamoDBGrainStorage _far = null!, _near = null!;

    public async ValueTask InitializeAsync()
    {
        _line = await FaultyLine.To(tables.Endpoint);
        _far = await tables.Storage(endpoint: _line.Address);
        _near = await tables.Storage();
    }

    public ValueTask DisposeAsync() => _line.DisposeAsync();

    [Fact]
    public async Task Of_an_insert_and_an_update()
    {
        _line.Plan = (operation, nth) => operation == "PutItem" && nth % 2 == 1 ? LineFault.LoseAnswer : LineFault.None;
        var state = new GrainState<ConformanceState>(new() { Number = 1 });

        await _far.WriteStateAsync("presence", _grain, state);
        await ShouldBeStored(state);
        state.State = new() { Number = 2 };
        await _far.WriteStateAsync("presence", _grain, state);

        await ShouldBeStored(state);
        Count("PutItem").ShouldBe(4);
    }

    [Fact]
    public async Task Of_a_clear()
    {
        var state = new GrainState<ConformanceState>(new() { Number = 1 });
        await _near.WriteStateAsync("presence", _grain, state);
        LoseFirst("DeleteItem");

        await _far.ClearStateAsync("presence", _grain, state);

        state.RecordExists.ShouldBeFalse();
        (await Stored()).RecordExists.ShouldBeFalse();
        Count("DeleteItem").ShouldBe(2);
    }

    [Fact]
    public async Task Of_a_write_that_somebody_else_has_replaced_since_is_a_conflict()
    {
        var mine = new GrainState<ConformanceState>(new() { Number = 1 });
        await _near.WriteStateAsync("presence", _grain, mine);
        var theirs = new GrainState<ConformanceState>(new() { Number = 7 });
        _line.Plan = (operation, nth) =>
        {
            if (operation != "PutItem" || nth > 1) return LineFault.None;
            var other = new GrainState<ConformanceState>(new() { Number = 7 }, mine.ETag) { RecordExists = true };
            _near.WriteStateAsync("presence", _grain, other).GetAwaiter().GetResult();
            theirs = other;
            return LineFault.LoseRequest;
        };

        var conflict = await Should.ThrowAsync<InconsistentStateException>(() => _far.WriteStateAsync("presence", _grain, mine));

        conflict.StoredEtag.ShouldBe(theirs.ETag);
        await ShouldBeStored(theirs);
    }

    [Fact]
    public async Task Of_a_clear_that_met_somebody_elses_write_is_a_conflict()
    {
        var mine = new GrainState<ConformanceState>(new() { Number = 1 });
        await _near.WriteStateAsync("presence", _grain, mine);
        var stale = new GrainState<ConformanceState>(new() { Number = 1 }, mine.ETag) { RecordExists = true };
        await _near.WriteStateAsync("presence", _grain, mine);
        _line.Plan = (operation, nth) => operation == "DeleteItem" && nth == 1 ? LineFault.LoseRequest : LineFault.None;

        await Should.ThrowAsync<InconsistentStateException>(() => _far.ClearStateAsync("presence", _grain, stale));

        await ShouldBeStored(mine);
    }

    [Fact]
    public async Task Of_a_reminders_registration_and_removal()
    {
        var reminders = await tables.Reminders(_line.Address);
        _line.Plan = (operation, nth) => operation is "PutItem" or "DeleteItem" && nth == 1 ? LineFault.LoseAnswer : LineFault.None;
        var entry = TestTables.Reminder(_grain);

        var etag = await reminders.UpsertRow(entry);
        (await reminders.ReadRows(_grain)).Reminders.ShouldHaveSingleItem().ETag.ShouldBe(etag);
        (await reminders.RemoveRow(_grain, "presence", etag!)).ShouldBeTrue();

        (await reminders.ReadRows(_grain)).Reminders.ShouldBeEmpty();
        (Count("PutItem"), Count("DeleteItem")).ShouldBe((2, 2));
    }

    [Fact]
    public async Task Of_a_removal_after_which_somebody_registered_anew_leaves_the_new_one()
    {
        var reminders = await tables.Reminders(_line.Address);
        var direct = await tables.Reminders();
        var entry = TestTables.Reminder(_grain);
        var old = await direct.UpsertRow(entry);
        string? anew = null;
        _line.Plan = (operation, nth) =>
        {
            if (operation != "DeleteItem" || nth > 1) return LineFault.None;
            anew = direct.UpsertRow(entry).GetAwaiter().GetResult();
            return LineFault.LoseRequest;
        };

        (await reminders.RemoveRow(_grain, "presence", old!)).ShouldBeFalse();

        (await direct.ReadRow(_grain, "presence"))!.ETag.ShouldBe(anew);
    }

    private void LoseFirst(string wanted) =>
        _line.Plan = (operation, nth) => operation == wanted && nth == 1 ? LineFault.LoseAnswer : LineFault.None;

    private int Count(string wanted) => _line.Operations.Count(operation => operation == wanted);

    private async Task<GrainState<ConformanceState>> Stored()
    {
        var read = new GrainState<ConformanceState>(new());
        await _near.ReadStateAsync("presence", _grain, read);
        return read;
    }

    private async Task ShouldBeStored(GrainState<ConformanceState> state)
    {
        var read = await Stored();
        read.State.ShouldBe(state.State);
        read.ETag.ShouldBe(state.ETag);
    }
}
