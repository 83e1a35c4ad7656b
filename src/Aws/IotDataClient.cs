using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;
using IRequest = Amazon.Runtime.Internal.IRequest;

namespace IoTOrleans.Aws;

/// <summary>
/// Two operations of the IoT data plane (REST-JSON of 2015-05-28): GetThingShadow and GetConnection. Its default endpoint is
/// <c>data-ats.iot.&lt;region&gt;</c>, as in the official package: signed HTTPS calls do not need the account's own endpoint.
/// </summary>
public sealed class IotDataClient(IotDataConfig config, AWSCredentials? credentials = null) : ThinClient(credentials, config)
{
    /// <exception cref="AmazonServiceException">AWS IoT refused; <c>ErrorCode</c> is its own code.</exception>
    public Task<IotDataResponse> Get(IotDataRequest request, CancellationToken cancellationToken) =>
        Call<IotDataResponse>(request, GetMarshaller.Instance, DocumentUnmarshaller.Instance, cancellationToken);

    private sealed class GetMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public static readonly GetMarshaller Instance = new();

        public IRequest Marshall(AmazonWebServiceRequest input) => ((IotDataRequest)input).Marshall();
    }

    private sealed class DocumentUnmarshaller : JsonResponseUnmarshaller
    {
        public static readonly DocumentUnmarshaller Instance = new();

        public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
        {
            using var document = new MemoryStream();
            input.Stream.CopyTo(document);
            return new IotDataResponse { Document = document.ToArray() };
        }

        public override AmazonServiceException UnmarshallException(
            JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
        {
            var reader = new StreamingUtf8JsonReader(input.Stream);
            var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
            return new AmazonServiceException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
        }
    }
}

public sealed class IotDataConfig(string? region = null)
    : ThinConfig("IoT Data Plane", signingName: "iotdata", hostPrefix: "data-ats.iot", region)
{
    public override string ServiceVersion => "2015-05-28";
}

public abstract class IotDataRequest : AmazonWebServiceRequest
{
    internal abstract IRequest Marshall();

    /// <summary>The SDK escapes what stands in a label, as all AWS SDKs do: everything but letters, digits and <c>- _ . ~</c>.</summary>
    private protected DefaultRequest Get(string path, string label, string value)
    {
        var request = new DefaultRequest(this, "Amazon.IotData") { HttpMethod = "GET", ResourcePath = path, UseQueryString = true };
        request.AddPathResource(label, value);
        return request;
    }
}

public sealed class GetThingShadowRequest : IotDataRequest
{
    public required string ThingName { get; init; }

    /// <summary>null: the classic shadow.</summary>
    public string? ShadowName { get; init; }

    internal override IRequest Marshall()
    {
        var request = Get("/things/{thingName}/shadow", "{thingName}", ThingName);
        if (ShadowName is not null) request.Parameters["name"] = ShadowName;
        return request;
    }
}

public sealed class GetConnectionRequest : IotDataRequest
{
    /// <summary>Not <c>.</c> or <c>..</c>: as a part of a path these have another meaning, escaped or not.</summary>
    public required string ClientId { get; init; }

    internal override IRequest Marshall() => Get("/connections/{clientId}", "{clientId}", ClientId);
}

public sealed class IotDataResponse : AmazonWebServiceResponse
{
    /// <summary>The shadow document, or what is known of the connection: JSON in UTF-8.</summary>
    public ReadOnlyMemory<byte> Document { get; init; }
}
