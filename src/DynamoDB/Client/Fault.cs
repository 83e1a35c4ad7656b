using System.Net;
using Amazon.Runtime;
using LimitExceededException = Amazon.DynamoDBv2.Model.LimitExceededException;

namespace IoTOrleans.DynamoDB.Client;

/// <summary>Why an attempt failed.</summary>
internal enum Fault
{
    /// <summary>Another attempt would fail too.</summary>
    Final,

    /// <summary>A condition of the request does not hold. This is an answer, not a failure.</summary>
    ConditionFailed,

    /// <summary>More than the table or the account may do at the moment.</summary>
    Throttled,

    /// <summary>Another transaction is changing the same item.</summary>
    Conflict,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>The connection failed, or DynamoDB itself did. The request may have been carried out.</summary>
    Transport,
}

internal static class Faults
{
    public static Fault Of(Exception exception) => exception switch
    {
        ConditionalCheckFailedException => Fault.ConditionFailed,
        TransactionCanceledException cancelled => Of(cancelled),
        TransactionConflictException or TransactionInProgressException => Fault.Conflict,
        ProvisionedThroughputExceededException or RequestLimitExceededException or LimitExceededException => Fault.Throttled,
        AmazonServiceException { ErrorCode: "ThrottlingException" or "Throttling" } => Fault.Throttled,
        AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError } => Fault.Transport,
        OperationCanceledException or TimeoutException => Fault.Timeout,
        HttpRequestException or IOException or WebException => Fault.Transport,
        { InnerException: { } inner } when exception is not AmazonServiceException { ErrorCode.Length: > 0 } => Of(inner),
        _ => Fault.Final,
    };

    private static Fault Of(TransactionCanceledException cancelled)
    {
        var codes = (cancelled.CancellationReasons ?? []).Select(reason => reason.Code).ToList();
        if (codes.Contains("ConditionalCheckFailed")) return Fault.ConditionFailed;
        if (codes.Contains("TransactionConflict")) return Fault.Conflict;
        return codes.Contains("ThrottlingError") || codes.Contains("ProvisionedThroughputExceeded") ? Fault.Throttled : Fault.Final;
    }
}
