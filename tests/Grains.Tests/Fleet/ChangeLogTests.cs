using IoTOrleans.Grains.Fleet;

namespace IoTOrleans.Grains.Tests.Fleet;

public sealed class ChangeLogTests
{
    private readonly ChangeLog _log = new(epoch: 7, most: 3);

    [Fact]
    public void A_cursor_that_is_older_than_the_log_is_not_known()
    {
        var start = _log.Cursor;
        Change(1);
        var second = _log.Cursor;
        Change(2);
        Change(3);
        Since(start).ShouldBe(["1", "2", "3"]);
        Change(4);
        _log.Find(start).ShouldBeNull("the change of 1 is forgotten");
        Since(second).ShouldBe(["2", "3", "4"]);
    }

    [Fact]
    public void A_thing_is_there_once_with_its_last_change()
    {
        var start = _log.Cursor;
        foreach (var thing in new[] { 1, 2, 1, 1, 2, 1 }) Change(thing);
        Since(start).ShouldBe(["2", "1"]);
    }

    [Fact]
    public void After_a_break_only_a_new_cursor_is_known()
    {
        var start = _log.Cursor;
        Change(1);
        _log.Break();
        _log.Find(start).ShouldBeNull();
        Since(_log.Cursor).ShouldBeEmpty();
        var after = _log.Cursor;
        Change(2);
        Since(after).ShouldBe(["2"]);
    }

    [Fact]
    public void A_cursor_of_another_activation_is_not_known()
    {
        Change(1);
        _log.Find(new ChangeLog(epoch: 8, most: 3).Cursor).ShouldBeNull();
        _log.Find("7.0").ShouldBe(0);
        foreach (var cursor in new[] { "", "7", "7.", "7.2", "7.-1", "8.0", "7.0.0", "x.0" }) _log.Find(cursor).ShouldBeNull(cursor);
    }

    private void Change(int thing) => _log.Add(thing, new($"{thing}", null));

    private IEnumerable<string> Since(string cursor) => _log.Since(_log.Find(cursor).ShouldNotBeNull()).Select(change => change.ThingName);
}
