using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.SQS;
using Amazon.Util.Internal;
using IoTOrleans.Settings;
using Endpoint = Amazon.Runtime.Endpoints.Endpoint;

namespace IoTOrleans.Aws;

/// <summary>
/// Region, credentials, endpoint overrides, retries and timeouts by the AWS SDK's conventions, for services whose packages
/// (<c>AWSSDK.SimpleNotificationService</c>, <c>AWSSDK.IotData</c>) cannot be restored. Delete this folder when they can.
/// </summary>
public abstract class ThinConfig : ClientConfig
{
    private readonly string hostPrefix;

    /// <param name="serviceId">As AWS spells it: it names <c>AWS_ENDPOINT_URL_…</c>.</param>
    /// <param name="signingName">The service in the signature.</param>
    /// <param name="hostPrefix">What stands before the region in the default address.</param>
    /// <param name="region">null: by the SDK's conventions.</param>
    protected ThinConfig(string serviceId, string signingName, string hostPrefix, string? region)
        : base(new DefaultConfigurationProvider(AmazonSQSDefaultConfiguration.GetAllConfigurations()))
    {
        this.hostPrefix = hostPrefix;
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
        new(ServiceURL ?? $"https://{hostPrefix}.{RegionEndpoint.SystemName}.{RegionEndpoint.PartitionDnsSuffix}/");
}
