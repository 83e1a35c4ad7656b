using Amazon.Runtime;
using IoTOrleans.Silo.Aws;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Silo.Tests.Aws;

/// <summary>Clients that talk to a stub, with the example key of AWS's own documentation.</summary>
internal static class ThinClients
{
    public const string Region = "eu-west-1";

    public static readonly AWSCredentials Credentials = new BasicAWSCredentials(IotDataStub.AccessKey, IotDataStub.SecretKey);

    public static SnsClient Sns(Uri endpoint, TimeSpan? timeout = null) => new(Configured(() => new SnsConfig(), endpoint, timeout), Credentials);

    public static IotDataClient IotData(Uri endpoint, TimeSpan? timeout = null) =>
        new(Configured(() => new IotDataConfig(), endpoint, timeout), Credentials);

    private static T Configured<T>(Func<T> create, Uri endpoint, TimeSpan? timeout)
        where T : ThinConfig
    {
        var config = AwsEnvironment.With(create);
        config.ServiceURL = endpoint.ToString();
        if (timeout is not null) config.Timeout = timeout;
        return config;
    }
}
