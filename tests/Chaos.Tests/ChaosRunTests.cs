using Shouldly;
using Xunit;

namespace IoTOrleans.Chaos.Tests;

public sealed class ChaosRunTests
{
    /// <summary>
    /// The small edition of what docs/testing.md describes: real processes, two minutes of faults, and the calm after them.
    /// </summary>
    [Fact]
    public async Task Two_minutes_of_faults_lose_nothing_and_tell_nothing_false()
    {
        var output = TextWriter.Synchronized(new StringWriter());
        var options = new ChaosOptions { Duration = TimeSpan.FromMinutes(2), Silos = 2, Things = 100, Seed = 2 };

        var status = await ChaosRun.Execute(options, output, live: false, TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine(output.ToString()!);
        status.ShouldBe(0, output.ToString());
    }
}
