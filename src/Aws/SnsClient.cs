using System.Net;
using System.Xml;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using IRequest = Amazon.Runtime.Internal.IRequest;

namespace IoTOrleans.Aws;

/// <summary>The Publish operation of SNS (query protocol of 2010-03-31).</summary>
public sealed class SnsClient(SnsConfig config, AWSCredentials? credentials = null) : ThinClient(credentials, config)
{
    /// <exception cref="AmazonServiceException">SNS refused; <c>ErrorCode</c> is its own code.</exception>
    public Task<SnsPublishResponse> Publish(SnsPublishRequest request, CancellationToken cancellationToken) =>
        Call<SnsPublishResponse>(request, PublishMarshaller.Instance, PublishUnmarshaller.Instance, cancellationToken);

    private sealed class PublishMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public static readonly PublishMarshaller Instance = new();

        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var publish = (SnsPublishRequest)input;
            var request = new DefaultRequest(publish, "Amazon.SimpleNotificationService");
            request.Parameters["Action"] = "Publish";
            request.Parameters["Version"] = "2010-03-31";
            request.Parameters["TopicArn"] = publish.TopicArn;
            request.Parameters["Message"] = publish.Message;
            Add("Subject", publish.Subject);
            Add("MessageStructure", publish.MessageStructure);
            Add("MessageGroupId", publish.MessageGroupId);
            Add("MessageDeduplicationId", publish.MessageDeduplicationId);
            foreach (var (index, (name, value)) in publish.StringAttributes.Index())
            {
                var entry = $"MessageAttributes.entry.{index + 1}";
                request.Parameters[$"{entry}.Name"] = name;
                request.Parameters[$"{entry}.Value.DataType"] = "String";
                request.Parameters[$"{entry}.Value.StringValue"] = value;
            }
            return request;

            void Add(string name, string? value)
            {
                if (value is not null) request.Parameters[name] = value;
            }
        }
    }

    private sealed class PublishUnmarshaller : XmlResponseUnmarshaller
    {
        public static readonly PublishUnmarshaller Instance = new();

        public override AmazonWebServiceResponse Unmarshall(XmlUnmarshallerContext input) =>
            new SnsPublishResponse { MessageId = Value(XDocument.Load(input.Stream), "MessageId") };

        public override AmazonServiceException UnmarshallException(
            XmlUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
        {
            try
            {
                var error = XDocument.Load(input.Stream);
                return new AmazonServiceException(
                    Value(error, "Message") ?? statusCode.ToString(), innerException, ErrorType.Unknown, Value(error, "Code"),
                    Value(error, "RequestId"), statusCode);
            }
            catch (XmlException)
            {
                // A proxy answered, in HTML or with an empty body. The status is enough to decide about a retry.
                return new AmazonServiceException($"HTTP {(int)statusCode}", innerException, statusCode);
            }
        }

        private static string? Value(XDocument document, string name) =>
            document.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
    }
}

public sealed class SnsConfig(string? region = null) : ThinConfig("SNS", signingName: "sns", hostPrefix: "sns", region)
{
    public override string ServiceVersion => "2010-03-31";
}

public sealed class SnsPublishRequest : AmazonWebServiceRequest
{
    public required string TopicArn { get; init; }

    public required string Message { get; init; }

    public string? Subject { get; init; }

    /// <summary><c>json</c>: <see cref="Message"/> holds one text for each protocol.</summary>
    public string? MessageStructure { get; init; }

    public string? MessageGroupId { get; init; }

    public string? MessageDeduplicationId { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> StringAttributes { get; init; } = [];
}

public sealed class SnsPublishResponse : AmazonWebServiceResponse
{
    public string? MessageId { get; init; }
}
