using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using IoTOrleans.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Aws;

/// <param name="Setting">Its feature needs AWS credentials.</param>
public sealed record AwsNeed(string Setting);

/// <summary>Reports missing credentials at start, not when a notification fails. Only AWS can tell whether they are right.</summary>
public static class AwsCredentialsCheck
{
    public const string NoCredentials = "no AWS credentials were found. "
        + "Give the task or instance a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.";

    // Outside EC2 the chain ends with an instance metadata service that may not answer, and people wait for the first line of output.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public static IServiceCollection NeedAwsCredentials(this IServiceCollection services, string setting)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(new AwsNeed(setting));
    }

    /// <summary>Call it before the host starts. In a hosted service, the host would log the exception with its stack trace.</summary>
    /// <exception cref="StartupException">Something needs credentials, and there are none.</exception>
    public static async Task CheckAwsCredentials(this IServiceProvider services, CancellationToken cancellationToken = default)
    {
        var settings = services.GetServices<AwsNeed>().Select(need => need.Setting).Distinct().ToList();
        if (settings.Count == 0) return;
        try
        {
            await Task.Run(() => DefaultAWSCredentialsIdentityResolver.GetCredentials(), cancellationToken)
                .WaitAsync(Patience, services.GetRequiredService<TimeProvider>(), cancellationToken);
        }
        catch (Exception e) when (e is AmazonClientException or TimeoutException)
        {
            throw new StartupException($"{string.Join(" and ", settings)}: {NoCredentials}", e);
        }
    }
}
