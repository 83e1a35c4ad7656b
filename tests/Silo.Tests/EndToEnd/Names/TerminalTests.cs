using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Names;

public sealed class TerminalTests
{
    [Fact]
    public async Task What_the_program_prints_by_itself_controls_no_terminal()
    {
        var (exitCode, output) = await SiloProcess.Fail(("Notifications:TimeZone", "\u001b]0;x\u0007\u202ey"));
        exitCode.ShouldBe(1);
        output.ShouldContain(@"Notifications:TimeZone=\u001b]0;x\u0007\u202ey: say an IANA name");
        output.ShouldNotContain('\u001b');
    }
}
