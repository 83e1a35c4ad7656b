using System.Runtime.Versioning;
using IoTOrleans.Settings;
using IoTOrleans.Silo.Hosting.Lan;
using IoTOrleans.Silo.Hosting.Settings;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting.Lan;

public sealed class CredentialsFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("iot-orleans-credentials-");
    private readonly List<string> _warnings = [];

    private CredentialsFile File => CredentialsFile.Beside(Path.Combine(_folder.FullName, "data", "x.db"));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_is_written_is_read_again_and_belongs_to_its_owner()
    {
        File.Read(_warnings.Add).ShouldBeNull();
        File.Key().ShouldBeNull();
        var made = LanCredentials.Make();
        File.Write(made);
        File.Read(_warnings.Add).ShouldBe(made, ignoreOrder: true);
        File.Key().ShouldBe(made[LanCredentials.ApiKey]);
        _warnings.ShouldBeEmpty();
        Directory.GetFileSystemEntries(Path.GetDirectoryName(File.Path)!).ShouldBe([File.Path]);
        if (OperatingSystem.IsWindows()) return;
        Mode(File.Path).ShouldBe("600");
        Mode(Path.GetDirectoryName(File.Path)!).ShouldBe("700");
    }

    [Fact]
    public void One_that_another_start_has_made_meanwhile_is_not_replaced()
    {
        var first = LanCredentials.Make();
        File.Write(first);
        Should.Throw<StartupException>(() => File.Write(LanCredentials.Make())).Message.ShouldContain("cannot be written");
        File.Read(_warnings.Add).ShouldBe(first, ignoreOrder: true);
        Directory.GetFileSystemEntries(Path.GetDirectoryName(File.Path)!).Length.ShouldBe(1, "no draft is left");
    }

    [Theory]
    [InlineData("644")]
    [InlineData("660")]
    [InlineData("604")]
    [InlineData("777")]
    public void One_that_others_can_read_is_taken_from_them_with_a_line(string mode)
    {
        if (OperatingSystem.IsWindows()) return;
        File.Write(LanCredentials.Make());
        System.IO.File.SetUnixFileMode(File.Path, (UnixFileMode)Convert.ToInt32(mode, 8));
        File.Key().ShouldNotBeNull("a client changes nothing");
        Mode(File.Path).ShouldBe(mode);
        File.Read(_warnings.Add).ShouldNotBeNull();
        Mode(File.Path).ShouldBe("600");
        _warnings.ShouldHaveSingleItem().ShouldContain($"could be read by other users (mode {mode}), and is 0600 now");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_planted_link_is_not_followed(bool leadsSomewhere)
    {
        var target = Path.Combine(_folder.FullName, "theirs.json");
        if (leadsSomewhere) System.IO.File.WriteAllText(target, "{}");
        Directory.CreateDirectory(Path.GetDirectoryName(File.Path)!);
        System.IO.File.CreateSymbolicLink(File.Path, target);
        Should.Throw<StartupException>(() => File.Read(_warnings.Add)).Message.ShouldContain("is a symbolic link");
        Should.Throw<StartupException>(() => File.Key());
        Should.Throw<StartupException>(() => File.Write(LanCredentials.Make()));
        System.IO.File.Exists(target).ShouldBe(leadsSomewhere);
        if (leadsSomewhere) System.IO.File.ReadAllText(target).ShouldBe("{}");
    }

    [Theory]
    [InlineData("", "it is no JSON object of texts (line 1)")]
    [InlineData("secret", "it is no JSON object of texts (line 1)")]
    [InlineData("[\"secret\"]", "it is no JSON object of texts (line 1)")]
    [InlineData("""{"Auth:ApiKey":17}""", "it is no JSON object of texts (line 1)")]
    [InlineData("null", "Auth:ApiKey is missing")]
    [InlineData("{}", "Auth:ApiKey is missing")]
    [InlineData("""{"Auth:ApiKey":"secret-secret-17","Events:Mqtt:Listen:Username":"u","Events:Mqtt:Listen:Password":" "}""",
        "Events:Mqtt:Listen:Password is missing")]
    [InlineData("""{"Auth:ApiKey":"secret","Events:Mqtt:Listen:Username":"u","Events:Mqtt:Listen:Password":"p"}""",
        "Auth:ApiKey is shorter than 16 characters")]
    public void One_that_was_edited_badly_is_named_without_a_word_of_it(string text, string mistake)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File.Path)!);
        System.IO.File.WriteAllText(File.Path, text);
        var message = Should.Throw<StartupException>(() => File.Read(_warnings.Add)).Message;
        message.ShouldBe($"{File.Path}: {mistake}: correct it, or delete it to have new ones made at the next start with --lan.");
        message.ShouldNotContain("secret");
    }

    [Fact]
    public void One_that_was_edited_well_counts()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File.Path)!);
        System.IO.File.WriteAllText(File.Path, """
            {
              // Chosen by me.
              "Auth:ApiKey": "0123456789abcdef ",
              "Events:Mqtt:Listen:Username": "u",
              "Events:Mqtt:Listen:Password": "pass+word",
            }
            """);
        File.Key().ShouldBe("0123456789abcdef");
    }

    [Fact]
    public void No_two_are_the_same()
    {
        var (one, other) = (LanCredentials.Make(), LanCredentials.Make());
        one[LanCredentials.ApiKey].ShouldNotBe(other[LanCredentials.ApiKey]);
        one[LanCredentials.Password].ShouldNotBe(other[LanCredentials.Password]);
        one[LanCredentials.Password].ShouldNotBe(one[LanCredentials.ApiKey]);
        one[LanCredentials.ApiKey].Length.ShouldBeGreaterThanOrEqualTo(KeySource.Least);
    }

    [UnsupportedOSPlatform("windows")]
    private static string Mode(string path) => Convert.ToString((int)System.IO.File.GetUnixFileMode(path), 8);
}
