using Amazon.Runtime;
using IoTOrleans.Aws;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Testing.Emulators;

/// <summary>Clients that talk to a stub, with the example key of AWS's own documentation.</summary>
public static class ThinClients
{
    public const string Region = "eu-west-1";

    public static readonly AWSCredentials Credentials = new BasicAWSCredentials(IotDataStub.AccessKey, IotDataStub.SecretKey);

    public static SnsClient Sns(Uri endpoint, TimeSpan? timeout = null) => new(At(endpoint, timeout, new SnsConfig(Region)), Credentials);

    public static IotDataClient IotData(Uri endpoint) => new(At(endpoint, null, new IotDataConfig(Region)), Credentials);

    private static T At<T>(Uri endpoint, TimeSpan? timeout, T config)
        where T : ThinConfig
    {
        config.ServiceURL = endpoint.ToString();
        if (timeout is not null) config.Timeout = timeout;
        return config;
    }
}
