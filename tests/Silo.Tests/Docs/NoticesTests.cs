using System.Text.Json.Nodes;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Docs;

/// <summary>Nothing is shipped whose licence is not.</summary>
public sealed class NoticesTests
{
    [Fact]
    public void Each_package_that_is_shipped_is_listed()
    {
        var program = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "IoTOrleans.Silo.deps.json")))!;
        var shipped = program["libraries"]!.AsObject()
            .Where(library => (string?)library.Value!["type"] == "package").Select(library => library.Key.Replace('/', ' ')).ToList();
        shipped.Count.ShouldBeGreaterThan(20);
        var listed = File.ReadLines(Path.Combine(RepositoryRoot.Path, "THIRD-PARTY-NOTICES"))
            .TakeWhile(line => !line.StartsWith("-----", StringComparison.Ordinal))
            .Select(line => line.Split("  ")[0]).ToHashSet();
        shipped.Where(package => !listed.Contains(package)).ShouldBeEmpty("run eng/third-party-notices after the build");
    }
}
