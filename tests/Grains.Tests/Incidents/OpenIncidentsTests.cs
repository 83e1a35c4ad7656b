using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Incidents;

public sealed class OpenIncidentsTests
{
    private readonly Storm _storm = new();

    [Fact]
    public void An_incident_counts_those_that_no_publication_has_counted_yet()
    {
        _storm.Drop(9);
        var open = OpenIncidents.Of(_storm.State, Storm.Start).Single();
        open.Count.ShouldBe(4, "five went singly");
        open.Growing.ShouldBeTrue();
        open.Things.Count.ShouldBe(4);
        OpenIncidents.Of(_storm.State, Storm.Start.AddHours(1)).Single().Growing.ShouldBeFalse();
    }

    [Fact]
    public void Without_a_storm_there_is_none()
    {
        _storm.Drop(3);
        OpenIncidents.Of(_storm.State, Storm.Start).ShouldBeEmpty();
    }

    [Fact]
    public void The_same_storm_at_several_destinations_is_one_with_the_numbers_of_the_largest()
    {
        var merged = Merge(("mail", One("m", 0, 10)), ("pager", One("p", 20, 30)), ("hook", One("h", 31, 5)));
        merged.Select(one => (one.Incident.IncidentId, string.Join(' ', one.Destinations))).ShouldBe([("p", "mail pager"), ("h", "hook")]);
    }

    [Fact]
    public void Two_incidents_of_one_destination_stay_two_and_returns_are_no_storm()
    {
        Merge(("mail", One("1", 0, 10)), ("mail", One("2", 5, 10)), ("pager", One("3", 1, 10, onlyReturns: true))).Count.ShouldBe(3);
    }

    private static IReadOnlyList<FleetIncident> Merge(params (string Destination, FleetNotification Incident)[] incidents) =>
        OpenIncidents.Merge(
            incidents.GroupBy(one => one.Destination).ToDictionary(
                group => group.Key, group => (IReadOnlyList<FleetNotification>)[.. group.Select(one => one.Incident)]),
            TimeSpan.FromSeconds(30));

    private static FleetNotification One(string id, int startedAfter, int count, bool onlyReturns = false) => new()
    {
        Event = FleetEvent.FleetOutage, IncidentId = id, Number = 1, Count = count, Back = 0, Growing = true, OnlyReturns = onlyReturns,
        StartedAt = Storm.Start.AddSeconds(startedAfter), LastAt = Storm.Start.AddSeconds(startedAfter),
        Reasons = new Dictionary<string, int>(), Attributes = new Dictionary<string, int>(), Things = [],
    };
}
