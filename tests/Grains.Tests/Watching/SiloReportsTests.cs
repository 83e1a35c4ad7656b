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
        _reports.At(Start.AddSeconds(30)).HeldVerdicts.ShouldBe(7);
        _reports.At(Start.AddSeconds(31)).HeldVerdicts.ShouldBe(4);
        Report("b", held: 0, at: 32);
        _reports.At(Start.AddSeconds(32)).HeldVerdicts.ShouldBe(0);
    }

    [Fact]
    public void What_was_accepted_last_stays_known_when_its_silo_is_gone()
    {
        Report("a", at: 0, destinations: new DestinationReport("mail", Start.AddSeconds(-5), null, null));
        Report("b", at: 60, destinations: new DestinationReport("mail", Start.AddSeconds(-50), null, null));
        _reports.At(Start.AddSeconds(60)).Destinations.ShouldBe([new("mail", Start.AddSeconds(-5), null, null)]);
    }

    [Fact]
    public void A_destination_is_as_bad_as_at_the_silo_where_it_is_worst()
    {
        Report("a", at: 0, destinations: [new("hook", Start, null, null), new("mail", Start.AddSeconds(1), null, Start.AddSeconds(9))]);
        Report("b", at: 0, destinations: [new("mail", null, Start.AddSeconds(7), Start.AddSeconds(8)), new("hook", null, null, null)]);
        _reports.At(Start.AddSeconds(1)).Destinations.ShouldBe(
            [new("hook", Start, null, null), new("mail", Start.AddSeconds(1), Start.AddSeconds(7), Start.AddSeconds(8))]);
    }

    private void Report(string silo, int held = 0, int at = 0, params DestinationReport[] destinations) =>
        _reports.Add(new(silo, held, destinations), Start.AddSeconds(at));
}
