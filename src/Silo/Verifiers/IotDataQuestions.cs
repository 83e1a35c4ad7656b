using Amazon.Runtime;
using IoTOrleans.Aws;
using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Silo.Verifiers;

/// <summary>Asks the AWS IoT data plane for all verifiers: at an even pace, so many at once, and each within its time.</summary>
internal sealed partial class IotDataQuestions(
    AwsVerifierOptions options, IotDataClient iot, TimeProvider time, ILogger<IotDataQuestions> logger) : IDisposable
{
    private static readonly TimeSpan WarnAgainAfter = TimeSpan.FromHours(1);

    private readonly RequestRate _pace = new(options.MaxPerSecond, time);
    private readonly SemaphoreSlim _places = new(options.MaxConcurrency);
    private readonly LogLimiter _refused = new(time, WarnAgainAfter);

    public async Task<IotDataReply> Ask(IotDataOperation operation, IotDataRequest request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.TotalTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (!await _pace.Wait(options.TotalTimeout - options.CallTimeout, either.Token))
                return new(VerifierVerdict.Failed, $"Too many questions at once (Verify:MaxPerSecond is {options.MaxPerSecond}).");

            await _places.WaitAsync(either.Token);
            try
            {
                return new(Document: (await iot.Get(request, either.Token)).Document);
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
            return new(VerifierVerdict.Failed, $"The {operation.Subject} did not answer in time.");
        }
        catch (Exception e)
        {
            return AnswerTo(e, operation);
        }
    }

    /// <summary>Somebody has to change something before this verifier can be read: a line an hour.</summary>
    public void Warn(string verifier, IotDataRefusal refusal)
    {
        if (_refused.ShouldLog(verifier)) LogRefused(logger, verifier, refusal.Remedy, refusal.Otherwise, refusal.Said);
    }

    public void Dispose() => _places.Dispose();

    private IotDataReply AnswerTo(Exception exception, IotDataOperation operation)
    {
        var said = AwsFaults.Describe(exception);
        if (IsUnknownOperation(exception))
            return Refused($"there is no {operation.Name} at this endpoint: look at AWS_ENDPOINT_URL_IOT_DATA_PLANE and AWS_REGION");
        return AwsFaults.Of(exception) switch
        {
            AwsFault.Passing => new(VerifierVerdict.Failed, said),
            AwsFault.Signature =>
                new(VerifierVerdict.Failed, $"{said} - look at the clock of this host and at the age of its credentials."),
            AwsFault.Credentials => Refused("give the service credentials that AWS knows (environment, profile or role)"),
            AwsFault.Denied => Refused($"allow iot:{operation.Name} on {ResourceOf(operation)}"),
            AwsFault.NotFound => new(VerifierVerdict.DoesNotKnow, operation.NotFound),
            _ => new(VerifierVerdict.DoesNotKnow, said),
        };

        IotDataReply Refused(string remedy) =>
            new(VerifierVerdict.DoesNotKnow, $"{said} - {remedy}.", Refusal: new(remedy, operation.Otherwise, said));
    }

    /// <summary>AWS says ResourceNotFoundException of a shadow or client that it does not find, and something else of a path.</summary>
    private static bool IsUnknownOperation(Exception exception) => exception is AmazonServiceException { StatusCode: var status } service
        && (status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented
            || (status == HttpStatusCode.NotFound && service.ErrorCode != "ResourceNotFoundException"));

    /// <summary>As a policy names it: the reader knows the account, and * covers named shadows.</summary>
    private string ResourceOf(IotDataOperation operation) =>
        $"arn:aws:iot:{iot.Config.AuthenticationRegion}:<account>:{operation.Resource}";

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Verifier} cannot be read, so outages are notified without verification: {Remedy}, or set Verify:With={Otherwise}. "
        + "AWS said: {Said}")]
    private static partial void LogRefused(ILogger logger, string verifier, string remedy, string otherwise, string said);
}

/// <param name="Name">AWS's own; its permission is called like it.</param>
/// <param name="Resource">What the permission is about.</param>
/// <param name="Subject">Who answers, for people.</param>
/// <param name="NotFound">What it means that AWS finds nothing.</param>
/// <param name="Otherwise">A value of <c>Verify:With</c> that does without it.</param>
internal sealed record IotDataOperation(string Name, string Resource, string Subject, string NotFound, string Otherwise)
{
    public static readonly IotDataOperation GetThingShadow =
        new("GetThingShadow", "thing/*", "Device Shadow", "The thing has no such shadow.", "none");

    public static readonly IotDataOperation GetConnection =
        new("GetConnection", "client/*", "AWS IoT data plane", "AWS IoT does not know this client ID.", "shadow");
}

/// <summary>A document, or why there is none.</summary>
/// <param name="Verdict">Null: there is a document.</param>
/// <param name="Refusal">Null: nobody has to change anything.</param>
internal sealed record IotDataReply(
    VerifierVerdict? Verdict = null, string? Detail = null, IotDataRefusal? Refusal = null, ReadOnlyMemory<byte> Document = default);

/// <param name="Remedy">What to do.</param>
internal sealed record IotDataRefusal(string Remedy, string Otherwise, string Said);
