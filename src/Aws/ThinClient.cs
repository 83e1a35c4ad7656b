using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Transform;
using Amazon.SQS;
using Amazon.Util.Internal;
using IoTOrleans.Settings;
using Endpoint = Amazon.Runtime.Endpoints.Endpoint;
using IRequest = Amazon.Runtime.Internal.IRequest;

namespace IoTOrleans.Aws;

/// <summary>
/// Region, credentials, endpoint overrides, retries and timeouts by the AWS SDK's conventions, for services whose packages
/// (<c>AWSSDK.SimpleNotificationService</c>, <c>AWSSDK.IotData</c>) cannot be restored. Delete this folder when they can.
/// </summary>
public abstract class ThinConfig : ClientConfig
{
    private readonly string _hostPrefix;

    /// <param name="serviceId">As AWS spells it: it names <c>AWS_ENDPOINT_URL_…</c>.</param>
    /// <param name="signingName">The service in the signature.</param>
    /// <param name="hostPrefix">What stands before the region in the default address.</param>
    /// <param name="region">null: by the SDK's conventions.</param>
    protected ThinConfig(string serviceId, string signingName, string hostPrefix, string? region)
        : base(new DefaultConfigurationProvider(AmazonSQSDefaultConfiguration.GetAllConfigurations()))
    {
        _hostPrefix = hostPrefix;
        ServiceId = serviceId;
        AuthenticationServiceName = signingName;

        // Before anything reads ServiceURL: setting one of them clears the other.
        if (region is not null) RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        AuthenticationRegion = RegionEndpoint?.SystemName ?? throw new StartupException(
            $"No AWS region is set, and {serviceId} needs one: set AWS_REGION, for example AWS_REGION=eu-west-1.");

        // Another endpoint than the one that was asked for would break a promise that somebody relies on.
        if ((UseFIPSEndpoint || UseDualstackEndpoint) && ServiceURL is null)
        {
            throw new StartupException(
                $"AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT are not known here for {serviceId}: "
                + $"set AWS_ENDPOINT_URL_{serviceId.ToUpperInvariant().Replace(' ', '_')} to the endpoint to use.");
        }
    }

    public override string RegionEndpointServiceName => AuthenticationServiceName;

    public override string UserAgent { get; } = InternalSDKUtils.BuildUserAgentString("IoTOrleans", "0");

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        new(ServiceURL ?? $"https://{_hostPrefix}.{RegionEndpoint.SystemName}.{RegionEndpoint.PartitionDnsSuffix}/");
}

/// <param name="credentials">null: the SDK's credential chain.</param>
public abstract class ThinClient(AWSCredentials? credentials, ThinConfig config) : AmazonServiceClient(credentials, config)
{
    protected Task<TResponse> Call<TResponse>(
        AmazonWebServiceRequest request, IMarshaller<IRequest, AmazonWebServiceRequest> marshaller, ResponseUnmarshaller unmarshaller,
        CancellationToken cancellationToken)
        where TResponse : AmazonWebServiceResponse, new() =>
        InvokeAsync<TResponse>(
            request, new InvokeOptions { RequestMarshaller = marshaller, ResponseUnmarshaller = unmarshaller }, cancellationToken);

    /// <summary>The default pipeline does not decide how to sign; each generated client adds that.</summary>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline) =>
        pipeline.AddHandlerAfter<Marshaller>(new SignatureV4Only());

    private sealed class SignatureV4Only : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
    }
}
