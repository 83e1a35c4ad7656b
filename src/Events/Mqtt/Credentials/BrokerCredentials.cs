using Microsoft.Extensions.Options;

namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// The certificate and the users of the broker, from their files. A file that changes is read again; one that has become wrong leaves
/// everything as it was.
/// </summary>
internal sealed partial class BrokerCredentials(IOptions<MqttBrokerOptions> options, TimeProvider time, ILogger<BrokerCredentials> logger)
{
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>How long before its end a certificate is mentioned: a certificate of Let's Encrypt is renewed 30 days before it.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private static readonly TimeSpan Daily = TimeSpan.FromDays(1);

    /// <summary>So many checks take about a minute on a Raspberry Pi, and everybody has a grace.</summary>
    private const int ManyChosen = 200;

    private readonly FileContent<ServerTls>? _tls = TlsIn(options.Value);
    private readonly FileContent<MqttUsers>? _users = UsersIn(options.Value);
    private readonly LogLimiter _validity = new(time, Daily);
    private readonly LogLimiter _bad = new(time, Daily);
    private volatile string? _badTls;
    private volatile string? _badUsers;

    /// <summary>Why the next start would fail: what is wrong in the files of now. null: nothing.</summary>
    internal string? BadFiles => _badTls is null && _badUsers is null ? null
        : "The MQTT broker goes on with what it had, and would not start like this: " + string.Join(' ', _badTls, _badUsers).Trim();

    internal bool HasFiles => _tls is not null || _users is not null;

    /// <summary>null: the broker speaks plain MQTT.</summary>
    internal ServerTls? Tls => _tls?.Current;

    /// <summary>null: there is no file of users.</summary>
    internal MqttUsers? Users => _users?.Current;

    internal bool KnowsCertificates => options.Value.ClientCaFile is not null;

    /// <summary>What is wrong with the settings and in their files, all at once.</summary>
    /// <param name="instead">As for <see cref="MqttBrokerOptions.Trouble"/>.</param>
    internal static IReadOnlyList<string> Trouble(MqttBrokerOptions options, string instead = "") =>
        [.. options.Trouble(instead), .. TroubleInFiles(TlsIn(options), UsersIn(options))];

    private static IEnumerable<string> TroubleInFiles(FileContent<ServerTls>? tls, FileContent<MqttUsers>? users) =>
        [.. tls?.Look()?.Mistakes ?? [], .. users?.Look()?.Mistakes ?? []];

    /// <exception cref="StartupException">The settings, or a file, cannot be used.</exception>
    internal void Open()
    {
        List<string> trouble = [.. options.Value.Trouble(), .. TroubleInFiles(_tls, _users)];
        if (trouble.Count > 0) throw new StartupException(string.Join(Environment.NewLine, trouble));
        if (Tls is { } served) SayValidity(served);
        WarnOfOpenFile(options.Value.KeyFile);
        WarnOfOpenFile(options.Value.UsersFile);
        SayChosen();
    }

    /// <returns>Whether the users or the certificates have changed.</returns>
    internal bool Look()
    {
        var (tls, users) = (_tls?.Look(), _users?.Look());
        _badTls = Say(tls, _badTls, options.Value.CertificateFile!, options.Value.KeyFile);
        _badUsers = Say(users, _badUsers, options.Value.UsersFile!, options.Value.UsersFile);
        if (Tls is { } served) SayValidity(served);
        if (users?.Value is not null) SayChosen();
        return tls?.Value is not null || users?.Value is not null;
    }

    private static FileContent<ServerTls>? TlsIn(MqttBrokerOptions options) =>
        options is { CertificateFile: { } certificate, KeyFile: { } key }
            ? new(_ => ServerTls.Load(options), [.. new[] { certificate, key, options.ClientCaFile }.OfType<string>()])
            : null;

    private static FileContent<MqttUsers>? UsersIn(MqttBrokerOptions options) => options.UsersFile is { } path
        ? new(before => MqttUsers.Load(path, before), [path]) : null;

    /// <summary>Mistakes are said again each day: the next start would fail.</summary>
    /// <param name="loaded">null: the file is as it was.</param>
    /// <returns>What is wrong with the file now.</returns>
    private string? Say<T>(Loaded<T>? loaded, string? bad, string file, string? secret)
        where T : class
    {
        if (loaded is not null)
        {
            _bad.IsOver(file);
            bad = loaded.Value is null ? string.Join(' ', loaded.Mistakes) : null;
            if (bad is null) LogRead(file);
            WarnOfOpenFile(secret);
        }

        if (bad is not null && _bad.ShouldLog(file)) LogBad(bad);
        return bad;
    }

    private void WarnOfOpenFile(string? path)
    {
        if (path is not null && PrivateFile.OpenToOthers(path) is { } warning) LogOpen(warning);
    }

    private void SayChosen()
    {
        if (Users is { Chosen: > ManyChosen } users) LogManyChosen(options.Value.UsersFile!, users.Chosen);
    }

    /// <summary>Devices that do not look at the time go on; a broker that refused to start would see none of them.</summary>
    private void SayValidity(ServerTls served)
    {
        var now = time.GetUtcNow();
        var file = options.Value.CertificateFile!;
        if (now < served.NotBefore && _validity.ShouldLog("early")) LogNotYetValid(file, served.NotBefore);
        else if (now > served.NotAfter && _validity.ShouldLog("late")) LogExpired(file, served.NotAfter);
        else if (now <= served.NotAfter && now > served.NotAfter - Soon && _validity.ShouldLog("soon")) LogEndsSoon(file, served.NotAfter);
    }

    [LoggerMessage(LogLevel.Warning, "{Warning}")]
    private partial void LogOpen(string warning);

    [LoggerMessage(LogLevel.Information, "The MQTT broker uses {File} as it is now.")]
    private partial void LogRead(string file);

    [LoggerMessage(LogLevel.Error, "The MQTT broker goes on with what it had, because a file has changed and is wrong. "
        + "It would not start like this. {Mistakes}")]
    private partial void LogBad(string mistakes);

    [LoggerMessage(LogLevel.Warning, "The certificate in {File} is valid from {NotBefore:u} only: clients that check that refuse to "
        + "connect. If that is past, look at the clock of this machine.")]
    private partial void LogNotYetValid(string file, DateTimeOffset notBefore);

    [LoggerMessage(LogLevel.Warning, "The certificate in {File} has expired at {NotAfter:u}: clients that check that refuse to connect. "
        + "Put a new one into the file; it is read within seconds.")]
    private partial void LogExpired(string file, DateTimeOffset notAfter);

    [LoggerMessage(LogLevel.Warning, "The certificate in {File} expires at {NotAfter:u}. Put a new one into the file; it is read within "
        + "seconds.")]
    private partial void LogEndsSoon(string file, DateTimeOffset notAfter);

    [LoggerMessage(LogLevel.Warning, "{File} has {Chosen} passwords that people chose. After each start of the service the first check of "
        + "each takes up to several 0.1 s, one after the other, so things may seem offline for longer than their grace. Use secrets "
        + "that the command mqtt-user makes; they cost nothing.")]
    private partial void LogManyChosen(string file, int chosen);
}
