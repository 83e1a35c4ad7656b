using System.Net;
using Amazon.Runtime;

namespace IoTOrleans.Aws;

/// <summary>What to make of a call to AWS that failed.</summary>
public enum AwsFault
{
    /// <summary>Network, time-out, throttling, 5xx, no credentials right now: it may go better next time.</summary>
    Passing,

    /// <summary>The signature is not accepted for what time cures: clock skew, a token that ran out.</summary>
    Signature,

    /// <summary>AWS does not know these credentials.</summary>
    Credentials,

    /// <summary>A permission is missing.</summary>
    Denied,

    /// <summary>What was asked for does not exist.</summary>
    NotFound,

    /// <summary>The request itself is not accepted.</summary>
    Rejected,
}

public static class AwsFaults
{
    // Code and status disagree now and then (throttling comes as 400, too), so the code is asked first.
    private static readonly HashSet<string> Throttling =
    [
        "Throttling", "ThrottlingException", "Throttled", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "RequestLimitExceeded", "LimitExceededException", "SlowDown", "KMSThrottling",
        "RequestTimeout", "RequestTimeoutException",
    ];

    private static readonly HashSet<string> Signatures =
    [
        "ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture",
        "SignatureDoesNotMatch", "InvalidSignatureException",
    ];

    private static readonly HashSet<string> UnknownCredentials =
    [
        "InvalidClientTokenId", "UnrecognizedClientException", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
        "IncompleteSignature",
    ];

    public static AwsFault Of(Exception exception)
    {
        if (exception is not AmazonServiceException service) return AwsFault.Passing;
        if (Throttling.Contains(service.ErrorCode ?? "")) return AwsFault.Passing;
        if (Signatures.Contains(service.ErrorCode ?? "")) return AwsFault.Signature;
        if (UnknownCredentials.Contains(service.ErrorCode ?? "")) return AwsFault.Credentials;
        return service.StatusCode switch
        {
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => AwsFault.Passing,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => AwsFault.Denied,
            HttpStatusCode.NotFound => AwsFault.NotFound,
            >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => AwsFault.Rejected,
            _ => AwsFault.Passing,
        };
    }

    /// <summary>One line for a person: AWS's own code and words.</summary>
    public static string Describe(Exception exception)
    {
        var text = exception is AmazonServiceException { ErrorCode: { Length: > 0 } code }
            ? $"{code}: {exception.Message}"
            : exception.Message;
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
