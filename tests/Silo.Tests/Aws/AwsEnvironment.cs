using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace IoTOrleans.Silo.Tests.Aws;

/// <summary>
/// The SDK reads its settings from the environment of the process, which all tests share: only for tests of
/// <see cref="AloneWithTheEnvironment"/>. Everything is put back.
/// </summary>
internal static class AwsEnvironment
{
    private static readonly string[] Names =
    [
        "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SNS", "AWS_ENDPOINT_URL_IOT_DATA_PLANE", "AWS_USE_FIPS_ENDPOINT",
        "AWS_EC2_METADATA_DISABLED", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE",
    ];

    /// <summary>Reads with these variables of AWS and no others.</summary>
    public static T With<T>((string Name, string Value)[] variables, Func<T> read)
    {
        var before = Names.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        try
        {
            foreach (var name in Names) Environment.SetEnvironmentVariable(name, null);
            Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
            Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", Path.Combine(AppContext.BaseDirectory, "none"));
            Environment.SetEnvironmentVariable("AWS_CONFIG_FILE", Path.Combine(AppContext.BaseDirectory, "none"));
            foreach (var (name, value) in variables) Environment.SetEnvironmentVariable(name, value);
            Forget();
            return read();
        }
        finally
        {
            foreach (var (name, value) in before) Environment.SetEnvironmentVariable(name, value);
            Forget();
        }
    }

    /// <summary>The SDK remembers what it read.</summary>
    private static void Forget()
    {
        FallbackRegionFactory.Reset();
        FallbackInternalConfigurationFactory.Reset();
    }
}
