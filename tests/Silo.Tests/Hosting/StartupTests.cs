using IoTOrleans.Silo.Hosting;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting;

public sealed class StartupTests
{
    [Fact]
    public void A_settings_file_that_is_no_JSON_is_one_line_with_the_file_and_the_place()
    {
        var folder = Directory.CreateTempSubdirectory("iot-orleans-");
        try
        {
            var file = Path.Combine(folder.FullName, "appsettings.json");
            File.WriteAllText(file, """{"Presence":{"Grace":"10m" "x":1}}""");
            var exception = Should.Throw<InvalidDataException>(() => new ConfigurationBuilder().AddJsonFile(file).Build());
            var line = Startup.Explain(exception).ShouldNotBeNull();
            line.ShouldContain(file);
            line.ShouldContain("LineNumber: 0");
            line.ShouldNotContain('\n');
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
