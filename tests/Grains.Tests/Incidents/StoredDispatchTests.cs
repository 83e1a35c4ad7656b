using System.Text.Json;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.State;

namespace IoTOrleans.Grains.Tests.Incidents;

/// <summary>What is stored of a destination has to be understood by every later version.</summary>
public sealed class StoredDispatchTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Incidents", "Golden");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.json").Select(Path.GetFileName).OfType<string>()];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_stored_state_of_any_version_loads_and_nothing_of_it_is_lost(string file)
    {
        var stored = File.ReadAllText(Path.Combine(Folder, file)).Trim();
        var state = JsonSerializer.Deserialize<DispatchState>(stored, DeviceStateJson.Options)!;
        JsonSerializer.Serialize(state, DeviceStateJson.Options).ShouldBe(stored);
    }

    [Fact]
    public void A_publication_without_an_answer_is_sent_again_under_its_name()
    {
        var stored = File.ReadAllText(Path.Combine(Folder, "0.2-storm.json"));
        var state = JsonSerializer.Deserialize<DispatchState>(stored, DeviceStateJson.Options)!;
        var now = state.Incidents[0].RetryAt!.Value;
        var decision = IncidentRules.Apply(IncidentState.Load(state, new Dictionary<string, long[]>(), new IncidentTerms(), now),
            new IncidentInput.Tick(), new IncidentTerms(), now);
        var again = decision.Effects.OfType<IncidentEffect.Publish>().ShouldHaveSingleItem().Notification;
        (again.Key, again.Count, again.Back, again.Event)
            .ShouldBe(("Q5mB0e7Xk2mQpR8sTvWyZ0.fleet.outage.2", 1995, 2, FleetEvent.FleetOutage));
    }

    [Fact]
    public void Packed_hashes_find_what_was_packed_and_nothing_else()
    {
        long[] hashes = [.. new long[] { 0, 1, 255, 256, 65_536, (1L << 47) + 3, (1L << 48) - 1 }.Select(hash => (hash << 16) + 5)];
        var packed = Hashes.Pack(hashes.Reverse());
        (packed.Length, Hashes.Count(packed)).ShouldBe((42, 7));
        foreach (var hash in hashes) Hashes.Contains(packed, hash).ShouldBeTrue();
        foreach (var other in new long[] { 2, 254, 65_535, 1L << 47 }) Hashes.Contains(packed, other << 16).ShouldBeFalse();
    }

    [Fact]
    public void Pages_find_all_sixty_four_bits()
    {
        long[] hashes = [long.MinValue, -1, 0, 1, 65_535, 65_536, long.MaxValue];
        var pages = Hashes.UnpackPages([Hashes.PackPage(hashes.Take(3)), Hashes.PackPage(hashes.Skip(3).Reverse())]);
        pages.ShouldBe(hashes);
    }

    [Fact]
    public void Of_those_that_left_the_last_are_remembered()
    {
        byte[] left = [];
        for (var i = 1; i <= 5; i++) left = Hashes.Append(left, (long)i << 16, most: 3);
        Enumerable.Range(1, 5).Select(i => Hashes.ContainsUnsorted(left, (long)i << 16)).ShouldBe([false, false, true, true, true]);
    }
}
