using System.Net;
using Amazon.Runtime;

namespace IoTOrleans.Aws;

/// <summary>Why a call to AWS failed.</summary>
public enum AwsFault
{
    /// <summary>Network, timeout, throttling, 5xx, no credentials right now: the next call may succeed.</summary>
    Passing,

    /// <summary>The signature is not accepted for a reason that passes: clock skew, an expired token.</summary>
    Signature,

    /// <summary>AWS does not know these credentials.</summary>
    Credentials,

    /// <summary>A permission is missing.</summary>
    Denied,

    NotFound,
    Rejected,
}

public static class AwsFaults
{
    // The code decides before the status: throttling also comes as 400, and unknown credentials as 403.
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
        "IncompleteSignature", "InvalidAccessKeyId", "InvalidSecurity", "AuthFailure",
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

    /// <summary>AWS's code and message in one line.</summary>
    public static string Describe(Exception exception)
    {
        var text = exception is AmazonServiceException { ErrorCode: { Length: > 0 } code }
            ? $"{code}: {exception.Message}"
            : exception.Message;
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
