using System.Globalization;
using Amazon.Runtime;

namespace IoTOrleans.DynamoDB.Client;

/// <summary>Says what is wrong when AWS fails, and what to do.</summary>
internal sealed class Failures(string where)
{
    private static readonly HashSet<string> BadCredentials =
    [
        "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature",
        "IncompleteSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "ExpiredToken",
        "ExpiredTokenException",
    ];

    public static DynamoDBStoreException NoRegion(Exception? cause = null) => new(
        DynamoDBStoreError.NoRegion,
        "No AWS region is set, and DynamoDB needs one: set AWS_REGION, for example AWS_REGION=eu-west-1, or AWS_ENDPOINT_URL_DYNAMODB.",
        cause);

    public DynamoDBStoreException TableMissing(string table, Exception? cause = null) => new(
        DynamoDBStoreError.TableMissing,
        $"The DynamoDB table {table} does not exist in {where}: create it (docs/dynamodb.md has its keys), or set CreateTables.", cause);

    public DynamoDBStoreException AnotherTable(string table, string found, string expected) => new(
        DynamoDBStoreError.AnotherTable,
        $"The DynamoDB table {table} in {where} is not ours and was left untouched: its keys are {found}, "
        + $"expected {expected}. Choose another TablePrefix.");

    public DynamoDBStoreException NotActive(string table, string status) => new(
        DynamoDBStoreError.TableNotActive,
        $"The DynamoDB table {table} in {where} does not become active, it is {status}: look at it in the AWS console.");

    /// <summary>After the last attempt of a call.</summary>
    public DynamoDBStoreException GaveUp(string table, string operation, Fault fault, int attempts, TimeSpan after, Exception cause)
    {
        var tried = string.Create(CultureInfo.InvariantCulture, $"{attempts} attempts in {after.TotalSeconds:0.#} s");
        return fault is Fault.Throttled or Fault.Conflict
            ? new(DynamoDBStoreError.Throttled,
                $"The DynamoDB table {table} in {where} is throttled, {operation} was refused ({tried}; {OneLine(cause)}): "
                + "wait for on-demand capacity to grow, warm the table, or raise its limits.", cause)
            : new(DynamoDBStoreError.Unreachable,
                $"DynamoDB in {where} does not answer, {operation} on {table} failed ({tried}; {OneLine(cause)}): "
                + "check the network, the endpoint and the AWS health page.", cause);
    }

    public Exception Describe(string table, string operation, Exception cause) => cause switch
    {
        ResourceNotFoundException => TableMissing(table, cause),
        AmazonServiceException { ErrorCode: { } code } when BadCredentials.Contains(code) => new DynamoDBStoreException(
            DynamoDBStoreError.Credentials, $"AWS does not accept the credentials for DynamoDB in {where} ({OneLine(cause)}).", cause),
        AmazonServiceException { ErrorCode: "AccessDeniedException" or "AccessDenied" } => new DynamoDBStoreException(
            DynamoDBStoreError.Denied,
            $"These credentials may not {operation} on the DynamoDB table {table} in {where}: "
                + $"grant dynamodb:{operation} (docs/dynamodb.md).", cause),
        AmazonServiceException { ErrorCode: "ValidationException" } when cause.Message.Contains("Item size", StringComparison.Ordinal) =>
            new DynamoDBStoreException(
                DynamoDBStoreError.ItemTooLarge, $"An item for the DynamoDB table {table} is larger than 400 KB, DynamoDB's limit.", cause),
        AmazonServiceException => new DynamoDBStoreException(
            DynamoDBStoreError.Other, $"DynamoDB in {where} refused {operation} on {table} ({OneLine(cause)}).", cause),
        AmazonClientException => new DynamoDBStoreException(
            DynamoDBStoreError.Credentials,
            "DynamoDB: no AWS credentials were found. Give the task or instance a role, or set "
                + "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.", cause),
        _ => cause,
    };

    public static string OneLine(Exception cause)
    {
        var text = cause is AmazonServiceException { ErrorCode: { Length: > 0 } code } ? $"{code}: {cause.Message}" : cause.Message;
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
