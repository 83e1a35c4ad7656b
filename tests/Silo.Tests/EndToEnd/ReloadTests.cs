using IoTOrleans.Testing.Processes;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>The program, and a person who edits its appsettings.json.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task A_changed_file_is_in_force_without_a_restart_and_a_wrong_one_is_refused_with_one_line()
    {
        await using var silo = await SiloProcess.StartIn(folder => Write(folder, grace: "10m", level: "Warning"));
        await silo.PostUntilTaken(new[] { new { thingName = "door-1", connected = true } });
        await silo.PostUntilTaken(new[] { new { thingName = "door-1", connected = false } });
        (await Grace()).ShouldBe("10m");

        Write(silo.Folder, grace: "20", level: "Information");
        await silo.Until(() => Lines("are refused").Count == 1, "the refusal");
        Lines("are refused")[0].ShouldContain("Presence:Policies:0:Grace=20: say 20s or");
        (await Grace()).ShouldBe("10m");

        // The thing is in memory and in its grace.
        Write(silo.Folder, grace: "20m", level: "Information", more: """, "Culture":"ja" """);
        await silo.Until(() => Lines("are in force").Count == 1, "the change, which is told at the new level");
        (await Grace()).ShouldBe("20m");
        var device = await silo.Device("door-1");
        (device.GetProperty("graceEndsAt").GetDateTimeOffset() - device.GetProperty("since").GetDateTimeOffset())
            .ShouldBe(TimeSpan.FromMinutes(20));
        await silo.Until(() => Lines("need a restart").Count == 1, "what needs a restart");
        Lines("need a restart")[0].ShouldEndWith("until then: Culture");
        (await silo.Terminate()).ShouldBe(0, silo.AllOutput);

        List<string> Lines(string part) => [.. silo.Output.Where(line => line.Contains(part, StringComparison.Ordinal))];

        async Task<string?> Grace() => (await silo.Device("door-1")).GetProperty("policy").GetProperty("grace").GetString();
    }

    /// <summary>All at once: a file that is half written would be refused.</summary>
    private static void Write(string folder, string grace, string level, string more = "")
    {
        var (file, draft) = (Path.Combine(folder, "appsettings.json"), Path.Combine(folder, "draft"));
        File.WriteAllText(draft, $$$"""
            {"Presence":{"Policies":[{"Match":"door-*","Grace":"{{{grace}}}"}]},
             "Logging":{"LogLevel":{"IoTOrleans.Silo.Hosting.Reloading":"{{{level}}}"}}{{{more}}}}
            """);
        File.Move(draft, file, overwrite: true);
    }
}
