using IoTOrleans.Grains.Watching;

namespace IoTOrleans.Grains.Tests.Watching;

public sealed class SiloReportsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly SiloReports _reports = new();

    [Fact]
    public void Held_verdicts_are_those_of_all_silos_that_still_report()
    {
        Report("a", held: 3, at: 0);
        Report("b", held: 4, at: 20);
        At(Start.AddSeconds(30)).HeldVerdicts.ShouldBe(7);
        At(Start.AddSeconds(31)).HeldVerdicts.ShouldBe(4);
        Report("b", held: 0, at: 32);
        At(Start.AddSeconds(32)).HeldVerdicts.ShouldBe(0);
    }

    [Fact]
    public void What_was_accepted_last_stays_known_when_its_silo_is_gone()
    {
        Report("a", at: 0, destinations: new DestinationReport("mail", Start.AddSeconds(-5), null, null));
        Report("b", at: 60, destinations: new DestinationReport("mail", Start.AddSeconds(-50), null, null));
        At(Start.AddSeconds(60)).Destinations.ShouldBe([new("mail", Start.AddSeconds(-5), null, null)]);
    }

    [Fact]
    public void A_destination_is_as_bad_as_at_the_silo_where_it_is_worst()
    {
        Report("a", at: 0, destinations: [new("hook", Start, null, null), new("mail", Start.AddSeconds(1), null, Start.AddSeconds(9))]);
        Report("b", at: 0, destinations: [new("mail", null, Start.AddSeconds(7), Start.AddSeconds(8)), new("hook", null, null, null)]);
        At(Start.AddSeconds(1)).Destinations.ShouldBe(
            [new("hook", Start, null, null), new("mail", Start.AddSeconds(1), Start.AddSeconds(7), Start.AddSeconds(8))]);
    }

    [Fact]
    public void A_silo_of_the_cluster_that_says_nothing_is_named_and_one_that_has_left_is_not()
    {
        _reports.At(Start, ["a", "b"]).Silent.ShouldBe([], "they have a moment for their first report");
        Report("a", at: 20);
        _reports.At(Start.AddSeconds(30), ["a", "b"]).Silent.ShouldBe([]);
        _reports.At(Start.AddSeconds(31), ["a", "b"]).Silent.ShouldBe(["b"]);
        _reports.At(Start.AddSeconds(51), ["a", "b"]).Silent.ShouldBe(["a", "b"]);
        Report("b", at: 52);
        _reports.At(Start.AddSeconds(52), ["a", "b"]).Silent.ShouldBe(["a"]);
        _reports.At(Start.AddSeconds(53), ["b"]).Silent.ShouldBe([]);
        _reports.At(Start.AddSeconds(54), ["a", "b"]).Silent.ShouldBe([], "it has come back");
    }

    [Fact]
    public void What_a_silo_said_long_ago_does_not_count_whether_it_has_left_or_not()
    {
        Report("a", at: 0, destinations: new DestinationReport("mail", null, null, Start, Start));
        _reports.At(Start.AddSeconds(30), ["a"]).Destinations.ShouldHaveSingleItem();
        _reports.At(Start.AddSeconds(31), ["a"]).Destinations.ShouldBeEmpty();
        _reports.At(Start.AddSeconds(31), []).Destinations.ShouldBeEmpty();
    }

    private ClusterReport At(DateTimeOffset now) => _reports.At(now, []);

    private void Report(string silo, int held = 0, int at = 0, params DestinationReport[] destinations) =>
        _reports.Add(new(silo, held, destinations), Start.AddSeconds(at));
}
