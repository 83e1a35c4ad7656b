using System.Text.RegularExpressions;
using IoTOrleans.Aws;
using IoTOrleans.Grains.Logging;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Silo.Verifiers;

internal sealed partial class ShadowVerifier(
    ShadowVerifierOptions options, IotDataClient iot, TimeProvider time, ILogger<ShadowVerifier> logger) : IConnectionVerifier, IDisposable
{
    private static readonly TimeSpan WarnAgainAfter = TimeSpan.FromHours(1);

    private readonly string? _shadowName = ShadowVerifierServices.ShadowNameOf(options);
    private readonly RequestRate _pace = new(options.MaxPerSecond, time);
    private readonly SemaphoreSlim _places = new(options.MaxConcurrency);
    private readonly LogLimiter _denied = new(time, WarnAgainAfter);

    public string Name => _shadowName is null ? "Device Shadow" : $"Device Shadow {_shadowName}";

    /// <summary>AWS does not know the things of the embedded broker.</summary>
    public bool Covers(EventSource source) => source != EventSource.Broker;

    public async Task<VerifierAnswer> Ask(string thingName, CancellationToken cancellationToken)
    {
        // Such a name must not get into the path of a request.
        if (!ThingName().IsMatch(thingName)) return Answer(VerifierVerdict.DoesNotKnow, "No thing of AWS IoT can have this name.");

        using var limit = new CancellationTokenSource(options.TotalTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (!await _pace.Wait(options.TotalTimeout - options.CallTimeout, either.Token))
                return Answer(VerifierVerdict.Failed, $"Too many questions at once (Verify:MaxPerSecond is {options.MaxPerSecond}).");

            await _places.WaitAsync(either.Token);
            try
            {
                return await Look(thingName, either.Token);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            return Answer(VerifierVerdict.Failed, "The Device Shadow did not answer in time.");
        }
        catch (Exception e)
        {
            return AnswerTo(e);
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task<VerifierAnswer> Look(string thingName, CancellationToken cancellationToken)
    {
        var request = new GetThingShadowRequest { ThingName = thingName, ShadowName = _shadowName };
        var response = await iot.GetThingShadow(request, cancellationToken);
        return ShadowDocument.Read(response.Document, _shadowName);
    }

    private VerifierAnswer AnswerTo(Exception exception)
    {
        var said = AwsFaults.Describe(exception);
        var fault = AwsFaults.Of(exception);
        if (fault is AwsFault.Credentials or AwsFault.Denied && _denied.ShouldLog()) LogDenied(logger, Name, Resource, said);
        return fault switch
        {
            AwsFault.Passing => Answer(VerifierVerdict.Failed, said),
            AwsFault.Signature =>
                Answer(VerifierVerdict.Failed, $"{said} - look at the clock of this host and at the age of its credentials."),
            AwsFault.Credentials or AwsFault.Denied =>
                Answer(VerifierVerdict.DoesNotKnow, $"{said} - allow iot:GetThingShadow on {Resource}."),
            AwsFault.NotFound => Answer(VerifierVerdict.DoesNotKnow, "The thing has no such shadow."),
            _ => Answer(VerifierVerdict.DoesNotKnow, said),
        };
    }

    /// <summary>As a policy names it: the reader knows the account, and * covers named shadows.</summary>
    private string Resource => $"arn:aws:iot:{iot.Config.AuthenticationRegion}:<account>:thing/*";

    private VerifierAnswer Answer(VerifierVerdict verdict, string detail) => new(verdict, ShadowName: _shadowName, Detail: detail);

    [GeneratedRegex(@"\A[a-zA-Z0-9:_-]{1,128}\z")]
    private static partial Regex ThingName();

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Verifier} cannot be read, so outages are notified without verification: allow iot:GetThingShadow on "
        + "{Resource}, or set Verify:With=none. AWS said: {Said}")]
    private static partial void LogDenied(ILogger logger, string verifier, string resource, string said);
}

internal sealed record ShadowVerifierOptions
{
    public string? ShadowName { get; init; }

    /// <summary>Of this silo. AWS allows an account 4,000 shadow calls a second or fewer, and devices need them, too.</summary>
    public int MaxPerSecond { get; init; } = 200;

    public int MaxConcurrency { get; init; } = 64;

    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For one answer, with the wait for a turn and all attempts.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(18);
}

internal static partial class ShadowVerifierServices
{
    public static IServiceCollection AddShadowVerifier(this IServiceCollection services, ShadowVerifierOptions options)
    {
        ShadowNameOf(options);
        if (options.MaxPerSecond < 1)
            throw new StartupException($"Verify:MaxPerSecond={options.MaxPerSecond}: say 1 or more, or Verify:With=none to ask nobody.");

        services.NeedAwsCredentials("Verify:With");
        services.TryAddSingleton(_ => new IotDataClient(new IotDataConfig { Timeout = options.CallTimeout }));
        services.AddSingleton(options);
        return services.AddSingleton<IConnectionVerifier, ShadowVerifier>();
    }

    internal static string? ShadowNameOf(ShadowVerifierOptions options)
    {
        if (string.IsNullOrEmpty(options.ShadowName)) return null;
        return ShadowName().IsMatch(options.ShadowName)
            ? options.ShadowName
            : throw new StartupException(
                $"Verify:ShadowName={options.ShadowName}: a shadow's name is 1 to 64 of letters, digits and $ : _ -");
    }

    [GeneratedRegex(@"\A[$a-zA-Z0-9:_-]{1,64}\z")]
    private static partial Regex ShadowName();
}
