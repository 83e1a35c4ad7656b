using System.Globalization;
using System.Net;
using System.Text;
using CsCheck;
using IoTOrleans.Events.Machine;
using IoTOrleans.Events.Mqtt;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class PasswordCheckTests : IDisposable
{
    private static readonly byte[] Right = "correct horse"u8.ToArray();
    private static readonly byte[] Wrong = "battery staple"u8.ToArray();
    private static readonly string Chosen = SecretHash.OfChosen("correct horse").Text;
    private static readonly string Generated = SecretHash.OfGenerated("generated").Text;

    private readonly PasswordCheck _check = new();
    private readonly string _file = Path.GetTempFileName();

    public void Dispose()
    {
        _check.Dispose();
        File.Delete(_file);
    }

    [Fact]
    public async Task Ten_thousand_reconnects_cost_one_PBKDF2_also_when_the_file_is_read_again()
    {
        var users = Users(null, $"chosen:{Chosen}", $"door:{Generated}");
        for (var i = 0; i < 10_000; i++)
        {
            if (i == 5_000) users = Users(users, $"door:{Generated}", $"chosen:{Chosen}", $"new:{Generated}");
            (await Check(users, "chosen", Right)).ShouldBe(PasswordVerdict.Right);
            (await Check(users, "door", "generated"u8.ToArray())).ShouldBe(PasswordVerdict.Right);
        }

        _check.Derivations.ShouldBe(1);
    }

    [Fact]
    public async Task A_changed_line_forgets_what_was_verified()
    {
        var users = Users(null, $"chosen:{Chosen}");
        (await Check(users, "chosen", Right)).ShouldBe(PasswordVerdict.Right);
        users = Users(users, $"chosen:{SecretHash.OfChosen("something else").Text}");
        (await Check(users, "chosen", Right)).ShouldBe(PasswordVerdict.Wrong);
        _check.Derivations.ShouldBe(2);
    }

    /// <summary>So the time that a refusal takes does not tell which names there are.</summary>
    [Theory]
    [InlineData("chosen")]
    [InlineData("verified")]
    [InlineData("door")]
    [InlineData("nobody")]
    [InlineData(null)]
    public async Task A_wrong_password_costs_the_same_whoever_is_named(string? name)
    {
        var users = Users(null, $"chosen:{Chosen}", $"verified:{Chosen}", $"door:{Generated}");
        await Check(users, "verified", Right);
        var before = _check.Derivations;
        (await Check(users, name, Wrong)).ShouldBe(PasswordVerdict.Wrong);
        (_check.Derivations - before).ShouldBe(1);
    }

    [Fact]
    public async Task Generated_secrets_alone_never_cost_a_PBKDF2()
    {
        var users = Users(null, $"door:{Generated}");
        (await Check(users, "door", Wrong)).ShouldBe(PasswordVerdict.Wrong);
        (await Check(users, "nobody", Wrong)).ShouldBe(PasswordVerdict.Wrong);
        _check.Derivations.ShouldBe(0);
    }

    [Fact]
    public async Task A_flood_of_wrong_passwords_is_turned_away_and_those_that_are_known_do_not_wait_for_it()
    {
        var users = Users(null, $"chosen:{Chosen}", $"door:{Generated}");
        (await Check(users, "chosen", Right)).ShouldBe(PasswordVerdict.Right);

        var flood = Enumerable.Range(0, 400)
            .Select(i => Check(users, $"guess-{i}", Wrong, IPAddress.Parse($"192.0.2.{i % 8}"))).ToList();
        var known = Check(users, "chosen", Right);
        known.IsCompleted.ShouldBeTrue();
        (await known).ShouldBe(PasswordVerdict.Right);
        var verdicts = await Task.WhenAll(flood);

        verdicts.ShouldNotContain(PasswordVerdict.Right);
        verdicts.Count(verdict => verdict == PasswordVerdict.Busy).ShouldBeGreaterThan(300);
        (_check.Derivations - 1).ShouldBe(verdicts.Count(verdict => verdict == PasswordVerdict.Wrong));

        // Afterwards there is room again.
        (await Check(users, "nobody", Wrong)).ShouldBe(PasswordVerdict.Wrong);
    }

    /// <param name="flooding">{0} is the number of the try.</param>
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.2")]
    [InlineData("2001:db8::{0}", "2001:db8:0:1::1")]
    public async Task One_address_cannot_take_all_the_places(string flooding, string other)
    {
        var users = Users(null, $"chosen:{Chosen}");
        var flood = Enumerable.Range(1, 100).Select(i => string.Format(CultureInfo.InvariantCulture, flooding, i))
            .Select(address => Check(users, "guess", Wrong, IPAddress.Parse(address))).ToList();
        flood.Count(check => !check.IsCompleted).ShouldBeLessThanOrEqualTo(PasswordCheck.MostOfOneAddress);
        (await Check(users, "chosen", Right, IPAddress.Parse(other))).ShouldBe(PasswordVerdict.Right);
        await Task.WhenAll(flood);
    }

    /// <summary>As after a restart of a service that is slow, with a site behind one address.</summary>
    [Fact]
    public async Task Every_line_waits_for_its_turn_however_many_names_are_made_up()
    {
        const int lines = 30;
        var users = Users(null, [.. Enumerable.Range(0, lines).Select(i => $"door-{i}:{Chosen}")]);
        var free = await TakeSlots();
        var flood = Enumerable.Range(0, 100).Select(i => Check(users, $"guess-{i}", Wrong, IPAddress.Parse($"192.0.2.{i % 8}"))).ToList();
        var doors = Enumerable.Range(0, lines).Select(i => Check(users, $"door-{i}", Right)).ToList();
        doors.ShouldEachBe(door => !door.IsCompleted);

        free();
        (await Task.WhenAll(doors)).ShouldEachBe(verdict => verdict == PasswordVerdict.Right);
        await Task.WhenAll(flood);
    }

    [Fact]
    public async Task Whoever_waits_for_the_same_password_of_a_line_waits_for_one_PBKDF2()
    {
        var users = Users(null, $"site-7-*:{Chosen}");
        var free = await TakeSlots();
        var site = Enumerable.Range(0, 500).Select(i => Check(users, "site-7-*", Right, IPAddress.Parse($"192.0.2.{i % 200}"))).ToList();
        free();
        (await Task.WhenAll(site)).ShouldEachBe(verdict => verdict == PasswordVerdict.Right);
        _check.Derivations.ShouldBe(1);
        _check.LinesWaiting.ShouldBe(0);
    }

    [Fact]
    public async Task Who_tries_out_the_passwords_of_a_line_neither_fills_the_queue_nor_keeps_out_who_knows_it()
    {
        var users = Users(null, $"door:{Chosen}");
        var free = await TakeSlots();
        var flood = Enumerable.Range(0, 100).Select(i => Check(users, "door", Encoding.UTF8.GetBytes($"guess {i}"))).ToList();
        var door = Check(users, "door", Right, IPAddress.Parse("192.0.2.1"));
        _check.LinesWaiting.ShouldBe(PasswordCheck.MostOfOneAddress + 1);
        flood.Count(check => check.IsCompleted).ShouldBe(100 - PasswordCheck.MostOfOneAddress);
        free();
        (await door).ShouldBe(PasswordVerdict.Right);
        (await Task.WhenAll(flood)).ShouldNotContain(PasswordVerdict.Right);
    }

    [Fact]
    public void Secrets_have_128_bits_and_no_two_are_alike()
    {
        var secrets = Enumerable.Range(0, 1000).Select(_ => SecretHash.NewSecret()).ToList();
        secrets.Distinct().Count().ShouldBe(1000);
        secrets.ShouldEachBe(secret => secret.Length == 22 && secret.All(c => char.IsAsciiLetterOrDigit(c) || c == '-' || c == '_'));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        foreach (var hash in new[] { SecretHash.OfGenerated("generated"), SecretHash.OfChosen("correct horse") })
        {
            SecretHash.TryParse(hash.Text, out var read).ShouldBeNull();
            read!.Fits(Encoding.UTF8.GetBytes(hash.IsChosen ? "correct horse" : "generated")).ShouldBeTrue();
            read.Fits(Wrong).ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256$")]
    [InlineData("sha256$AAAA")]
    [InlineData("plain$secret")]
    [InlineData("$7$101$c2FsdA==$aGFzaA==")]
    [InlineData("pbkdf2-sha512$0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("pbkdf2-sha512$99999999999$AAAAAAAAAAAAAAAAAAAAAA$AAAA")]
    public void A_hash_that_is_none_is_named_with_a_remedy(string text) =>
        SecretHash.TryParse(text, out _)!.ShouldEndWith("make the line with the command mqtt-user");

    [Theory]
    [InlineData(1)]
    [InlineData(99_999)]
    [InlineData(10_000_001)]
    public void Iterations_have_a_range(int iterations) =>
        SecretHash.TryParse(Chosen.Replace("$210000$", $"${iterations}$", StringComparison.Ordinal), out _)!.ShouldContain("iterations");

    [Fact]
    public void A_file_of_anything_is_read_or_refused_line_by_line() =>
        Gen.String[Gen.Char["abc:#*$ \t\r\n\u0000é0"], 0, 60].Sample(text =>
        {
            File.WriteAllText(_file, text);
            var loaded = MqttUsers.Load(_file, null);
            var named = text.Split('\n').Where(line => line.TrimEnd().Length > 0).ToList();
            if (loaded.Value is not null) return loaded.Mistakes.Count == 0 && named.Count > 0 && named.All(line => line[0] == '#');
            return loaded.Mistakes.Count > 0
                && loaded.Mistakes.All(line => line.StartsWith("Events:Mqtt:Listen:UsersFile=", StringComparison.Ordinal));
        }, iter: 300, threads: 1);

    [Fact]
    public void A_name_covers_itself_and_with_a_star_what_begins_with_it() =>
        Gen.Select(Gen.String[Gen.Char["ab*"], 0, 4], Gen.String[Gen.Char["ab*"], 0, 6]).Sample((name, clientId) =>
            ClientNames.Cover(name, clientId) == (name.EndsWith('*')
                ? clientId.Length >= name.Length - 1 && clientId[..(name.Length - 1)] == name[..^1] : name == clientId));

    /// <summary>As if others were being checked.</summary>
    private async Task<Action> TakeSlots()
    {
        var slots = _check.Slots.CurrentCount;
        for (var i = 0; i < slots; i++) await _check.Slots.WaitAsync(TestContext.Current.CancellationToken);
        return () => _check.Slots.Release(slots);
    }

    private MqttUsers Users(MqttUsers? before, params string[] lines)
    {
        File.WriteAllLines(_file, lines);
        var loaded = MqttUsers.Load(_file, before);
        loaded.Mistakes.ShouldBeEmpty();
        return loaded.Value!;
    }

    private Task<PasswordVerdict> Check(MqttUsers users, string? name, byte[] password, IPAddress? from = null) =>
        _check.Check(users, name, password, ClientAddress.Of(from ?? IPAddress.Loopback)).AsTask();
}
