using System.Text.RegularExpressions;
using IoTOrleans.Aws;
using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Silo.Verifiers;

/// <summary>Asks AWS IoT's Device Shadow whether a thing is connected.</summary>
internal sealed partial class ShadowVerifier(
    ShadowVerifierOptions options, IotDataClient iot, TimeProvider time, ILogger<ShadowVerifier> logger) : IConnectionVerifier, IDisposable
{
    private static readonly TimeSpan WarnAgainAfter = TimeSpan.FromHours(1);

    private readonly string? shadowName = ShadowVerifierServices.ShadowNameOf(options);
    private readonly RequestRate pace = new(options.MaxPerSecond, time);
    private readonly SemaphoreSlim places = new(options.MaxConcurrency);
    private readonly LogLimiter denied = new(time, WarnAgainAfter);

    public string Name => shadowName is null ? "Device Shadow" : $"Device Shadow {shadowName}";

    /// <summary>The embedded broker's things are not AWS's.</summary>
    public bool Covers(EventSource source) => source != EventSource.Broker;

    public async Task<VerifierAnswer> Ask(string thingName, CancellationToken cancellationToken)
    {
        // What AWS would not take as a name, no thing there can have; and a path is not the place to try.
        if (!ThingName().IsMatch(thingName)) return Answer(VerifierVerdict.DoesNotKnow, "No thing of AWS IoT can have this name.");

        using var limit = new CancellationTokenSource(options.TotalTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (!await pace.Wait(options.TotalTimeout - options.CallTimeout, either.Token))
                return Answer(VerifierVerdict.Failed, $"Too many questions at once (Verify:MaxPerSecond is {options.MaxPerSecond}).");

            await places.WaitAsync(either.Token);
            try
            {
                return await Look(thingName, either.Token);
            }
            finally
            {
                places.Release();
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

    public void Dispose() => places.Dispose();

    private async Task<VerifierAnswer> Look(string thingName, CancellationToken cancellationToken)
    {
        var request = new GetThingShadowRequest { ThingName = thingName, ShadowName = shadowName };
        var response = await iot.GetThingShadow(request, cancellationToken);
        return ShadowDocument.Read(response.Document, shadowName);
    }

    private VerifierAnswer AnswerTo(Exception exception)
    {
        var said = AwsFaults.Describe(exception);
        switch (AwsFaults.Of(exception))
        {
            case AwsFault.Passing:
                return Answer(VerifierVerdict.Failed, said);
            case AwsFault.Signature:
                return Answer(VerifierVerdict.Failed, $"{said} - look at the clock of this host and at the age of its credentials.");
            case AwsFault.Credentials:
            case AwsFault.Denied:
                WarnNowAndThen(said);
                return Answer(VerifierVerdict.DoesNotKnow, $"{said} - allow iot:GetThingShadow on {Resource}.");
            case AwsFault.NotFound:
                return Answer(VerifierVerdict.DoesNotKnow, "The thing has no such shadow.");
            default:
                return Answer(VerifierVerdict.DoesNotKnow, said);
        }
    }

    /// <summary>The whole resource, as a policy names it: the account is the reader's to fill in, and * covers named shadows.</summary>
    private string Resource => $"arn:aws:iot:{iot.Config.AuthenticationRegion}:<account>:thing/*";

    private VerifierAnswer Answer(VerifierVerdict verdict, string detail) => new(verdict, ShadowName: shadowName, Detail: detail);

    /// <summary>It is the same for every thing: one line an hour says it as well as a thousand.</summary>
    private void WarnNowAndThen(string said)
    {
        if (denied.ShouldLog()) LogDenied(logger, Name, Resource, said);
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9:_-]{1,128}\z")]
    private static partial Regex ThingName();

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Verifier} may not be read, so outages are told unverified: allow iot:GetThingShadow on "
        + "{Resource}, or set Verify:With=none. AWS said: {Said}")]
    private static partial void LogDenied(ILogger logger, string verifier, string resource, string said);
}
