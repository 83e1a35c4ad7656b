using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;
using IRequest = Amazon.Runtime.Internal.IRequest;

namespace IoTOrleans.Aws;

/// <summary>
/// The GetThingShadow operation of the IoT data plane (REST-JSON of 2015-05-28). Its default endpoint is
/// <c>data-ats.iot.&lt;region&gt;</c>, as in the official package: signed HTTPS calls do not need the account's own endpoint.
/// </summary>
public sealed class IotDataClient(IotDataConfig config, AWSCredentials? credentials = null) : ThinClient(credentials, config)
{
    /// <exception cref="AmazonServiceException">AWS IoT refused; <c>ErrorCode</c> is its own code.</exception>
    public Task<GetThingShadowResponse> GetThingShadow(GetThingShadowRequest request, CancellationToken cancellationToken) =>
        Call<GetThingShadowResponse>(request, ShadowMarshaller.Instance, ShadowUnmarshaller.Instance, cancellationToken);

    private sealed class ShadowMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public static readonly ShadowMarshaller Instance = new();

        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var shadow = (GetThingShadowRequest)input;
            var request = new DefaultRequest(shadow, "Amazon.IotData")
            {
                HttpMethod = "GET",
                ResourcePath = "/things/{thingName}/shadow",
                UseQueryString = true,
            };
            request.AddPathResource("{thingName}", shadow.ThingName);
            if (shadow.ShadowName is not null) request.Parameters["name"] = shadow.ShadowName;
            return request;
        }
    }

    private sealed class ShadowUnmarshaller : JsonResponseUnmarshaller
    {
        public static readonly ShadowUnmarshaller Instance = new();

        public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
        {
            using var document = new MemoryStream();
            input.Stream.CopyTo(document);
            return new GetThingShadowResponse { Document = document.ToArray() };
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

public sealed class GetThingShadowRequest : AmazonWebServiceRequest
{
    public required string ThingName { get; init; }

    /// <summary>null: the classic shadow.</summary>
    public string? ShadowName { get; init; }
}

public sealed class GetThingShadowResponse : AmazonWebServiceResponse
{
    /// <summary>The shadow document, UTF-8.</summary>
    public ReadOnlyMemory<byte> Document { get; init; }
}
