using System.Security.Cryptography.X509Certificates;
using IoTOrleans.Settings;
using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Silo.Hosting.Tls;
using IoTOrleans.Silo.Tests.Hosting;
using IoTOrleans.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Tls;

public sealed class SiloCertificateTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly TestCa _ca = new();

    public void Dispose() => _ca.Dispose();

    [Fact]
    public void One_that_the_CA_has_signed_is_good()
    {
        using var files = new TlsFiles(_ca, _ca.Issue("silo"));
        SiloCertificates.Trouble(files.Paths, Now).ShouldBeEmpty();
    }

    [Fact]
    public void One_that_an_intermediate_has_signed_is_good_and_brings_it_along()
    {
        using var between = _ca.Intermediate("between");
        var leaf = between.Issue("silo");
        using var files = new TlsFiles(_ca, leaf with { Certificate = leaf.Certificate + "\n" + between.Pem });

        var certificates = SiloCertificates.Open(files.Paths, new FakeTimeProvider(Now));

        certificates.Current.Own.IntermediateCertificates.ShouldHaveSingleItem().Subject.ShouldBe("CN=between");
    }

    [Fact]
    public void One_of_another_CA_of_the_same_name_is_refused()
    {
        using var another = new TestCa();
        using var files = new TlsFiles(_ca, another.Issue("silo"));
        Trouble(files).ShouldContain($"{SiloTlsSettings.Ca}={files.Paths.CaFile} has not signed it");
    }

    /// <summary>Else whoever has the key of one silo could make more silos.</summary>
    [Fact]
    public void A_certificate_of_a_silo_signs_no_other()
    {
        var silo = _ca.Issue("silo");
        using var own = X509Certificate2.CreateFromPem(silo.Certificate, silo.Key);
        var forged = Forgery.SignedBy(own);
        using var files = new TlsFiles(_ca, forged with { Certificate = forged.Certificate + "\n" + silo.Certificate });
        Trouble(files).ShouldContain("has not signed it");
    }

    [Fact]
    public void One_that_has_expired_is_refused()
    {
        using var files = new TlsFiles(_ca, _ca.Issue("silo", Now.AddDays(-9), Now.AddDays(-2)));
        Trouble(files).ShouldContain($"expired at {Now.AddDays(-2).UtcDateTime:yyyy-MM-dd}");
    }

    [Fact]
    public void One_that_is_not_valid_yet_is_refused()
    {
        using var files = new TlsFiles(_ca, _ca.Issue("silo", Now.AddDays(2)));
        Trouble(files).ShouldContain($"is not valid before {Now.AddDays(2).UtcDateTime:yyyy-MM-dd}");
    }

    [Theory]
    [InlineData(TestCa.ServerAuth)]
    [InlineData(TestCa.ClientAuth)]
    public void One_that_is_for_one_side_only_is_refused(string usage)
    {
        using var files = new TlsFiles(_ca, _ca.Issue("silo", usages: usage));
        Trouble(files).ShouldContain("must allow both serverAuth and clientAuth");
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused()
    {
        using var files = new TlsFiles(_ca, _ca.Issue("silo") with { Key = _ca.Issue("other").Key });
        Trouble(files).ShouldContain("are no certificate and its private key");
    }

    [Fact]
    public void All_files_that_are_missing_are_named_at_once()
    {
        var mistakes = SiloCertificates.Trouble(new("/no/silo.pem", "/no/silo.key", "/no/ca.pem"), Now);
        mistakes.Count.ShouldBe(3);
        foreach (var (mistake, key) in mistakes.Zip([SiloTlsSettings.Certificate, SiloTlsSettings.Key, SiloTlsSettings.Ca]))
            mistake.ShouldStartWith($"{key}=/no/");
    }

    [Fact]
    public void What_is_no_PEM_is_one_line_for_each_file_and_shows_nothing_of_it()
    {
        using var files = new TlsFiles(_ca, new("certificate?", "secret-text"));
        File.WriteAllText(files.Paths.CaFile, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        var mistakes = SiloCertificates.Trouble(files.Paths, Now);
        mistakes.Count.ShouldBe(2);
        mistakes[1].ShouldContain("has no root certificate");
        string.Join(' ', mistakes).ShouldNotContain("secret-text");
    }

    /// <summary>Each choice of one or two settings of the three.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Settings_that_are_missing_are_named(int bits)
    {
        string[] all = [SiloTlsSettings.Certificate, SiloTlsSettings.Key, SiloTlsSettings.Ca];
        var (there, missing) = (all.Where((_, i) => (bits >> i & 1) == 1), all.Where((_, i) => (bits >> i & 1) == 0));

        var refused = Should.Throw<StartupException>(() => Configured.ReadAll(
            [.. there.Select(key => (key, "/x.pem")), ("Storage:Provider", "DynamoDB"), ("Events:Mqtt:Listen:Port", "0")]));

        refused.Message.ShouldStartWith($"{string.Join(" and ", missing)}: not set.");
    }

    [Fact]
    public void A_silo_that_is_alone_has_no_use_for_them()
    {
        using var files = new TlsFiles(_ca, _ca.Issue("silo"));
        var refused = Should.Throw<StartupException>(() => Configured.ReadAll(files.Settings));
        refused.Message.ShouldContain("Orleans:Tls: a silo that is alone opens no port to other silos");
    }

    [Fact]
    public void A_setting_that_is_misspelt_is_told() =>
        Configured.ReadAll(("Orleans:Tls:CertFile", "/x.pem")).Unknown.ShouldBe(["Orleans:Tls:CertFile"]);

    private static string Trouble(TlsFiles files) => SiloCertificates.Trouble(files.Paths, Now).ShouldHaveSingleItem();
}
