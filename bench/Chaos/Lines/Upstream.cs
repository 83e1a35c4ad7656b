using System.Text.Json;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;

namespace IoTOrleans.Chaos.Lines;

/// <summary>What stands behind a line, and how it says no: as the real service does.</summary>
internal sealed record Upstream(string Name, Uri Address, IReadOnlyList<StubAnswer> Throttling, IReadOnlyList<StubAnswer> Errors)
{
    public const string DynamoDB = "DynamoDB";
    public const string Sqs = "SQS";
    public const string Sns = "SNS";
    public const string Webhook = "webhook";
    public const string Shadow = "shadow";

    public static Upstream OfDynamoDB(Uri address) => new(
        DynamoDB, address,
        [
            Json10(400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
                "The level of configured provisioned throughput for the table was exceeded."),
            Json10(400, "com.amazon.coral.availability#ThrottlingException", "Rate of requests exceeds the allowed throughput."),
        ],
        [Json10(500, "com.amazonaws.dynamodb.v20120810#InternalServerError", "Internal server error"), new(503, "Service Unavailable")]);

    public static Upstream OfSqs(Uri address) => new(
        Sqs, address,
        [
            Json10(400, "com.amazonaws.sqs#RequestThrottled", "Request is throttled.", "RequestThrottled;Sender"),
            Json10(503, "com.amazon.coral.availability#ThrottlingException", "Rate exceeded", "ThrottlingException;Sender"),
        ],
        [
            Json10(500, "com.amazonaws.sqs#InternalFailure", "We encountered an internal error.", "InternalFailure;Receiver"),
            new(503, "Service Unavailable"),
        ]);

    public static Upstream OfSns(Uri address) => new(
        Sns, address, [Xml(400, "Throttling", "Rate exceeded"), Xml(503, "ThrottledException", "Rate exceeded")],
        [Xml(500, "InternalFailure", "Internal failure"), new(503, "Service Unavailable")]);

    public static Upstream OfWebhook(Uri address) => new(
        Webhook, address,
        [new(429, "slow down"), new(429, "slow down") { Headers = new Dictionary<string, string> { ["Retry-After"] = "5" } }],
        [new(500, "oops"), new(503, "deploying"), new(502, "<html>Bad Gateway</html>", "text/html")]);

    public static Upstream OfShadow(Uri address) => new(
        Shadow, address, [IotDataStub.Error(429, "ThrottlingException", "Rate exceeded")],
        [
            IotDataStub.Error(500, "InternalFailureException", "Internal failure"),
            IotDataStub.Error(503, "ServiceUnavailableException", "Service unavailable"),
        ]);

    private static StubAnswer Json10(int status, string type, string message, string? queryError = null) =>
        new(status, JsonSerializer.Serialize(new Dictionary<string, string> { ["__type"] = type, ["message"] = message }),
            "application/x-amz-json-1.0")
        {
            Headers = queryError is null
                ? new Dictionary<string, string>()
                : new Dictionary<string, string> { ["x-amzn-query-error"] = queryError },
        };

    private static StubAnswer Xml(int status, string code, string message) => StubAnswer.Xml(
        status,
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>"
        + $"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>");
}
