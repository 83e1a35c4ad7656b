using IoTOrleans.Contracts;
using IoTOrleans.Grains.Fleet;

namespace IoTOrleans.Grains.Tests.Fleet;

public sealed class NotWellTests
{
    private readonly NotWell _notWell = new(mostRows: 10);

    [Fact]
    public void Rows_are_bounded_and_numbers_are_not()
    {
        for (var i = 0; i < 25; i++) Set(i, PresenceStatus.Offline);
        (_notWell.Count, _notWell[PresenceStatus.Offline], _notWell.Rows.Count, _notWell.IsListed).ShouldBe((25, 25, 10, false));
    }

    [Fact]
    public void Rows_are_read_again_once_there_is_room_for_all()
    {
        for (var i = 0; i < 25; i++) Set(i, PresenceStatus.Offline);
        for (var i = 0; i < 15; i++) Set(i, PresenceStatus.Connected);
        (_notWell.Count, _notWell.Rows.Count, _notWell.LacksRows).ShouldBe((10, 0, false));
        Set(15, PresenceStatus.Connected);
        (_notWell.Count, _notWell.LacksRows).ShouldBe((9, true));

        for (var i = 16; i < 25; i++) Set(i, PresenceStatus.Offline);
        (_notWell.IsListed, _notWell.LacksRows, _notWell.Rows.Count).ShouldBe((true, false, 9));
    }

    private void Set(int thing, PresenceStatus status) => _notWell.Set(thing, FleetWorld.Status($"{thing}", status));
}
