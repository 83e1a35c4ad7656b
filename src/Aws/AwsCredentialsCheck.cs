using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using IoTOrleans.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Aws;

/// <summary>Something that cannot work without AWS credentials.</summary>
/// <param name="Setting">The setting that asked for it.</param>
public sealed record AwsNeed(string Setting);

/// <summary>
/// Says at start that there are no credentials, where somebody looks, and not in the night in which the first notification fails.
/// Whether they are the right ones only AWS can tell.
/// </summary>
public static class AwsCredentialsCheck
{
    // Off EC2 the chain ends with a question to an instance metadata service that nobody may answer; people wait for the first line.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public static IServiceCollection NeedAwsCredentials(this IServiceCollection services, string setting)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(new AwsNeed(setting));
    }

    /// <summary>
    /// To be called before the host starts, and not by a hosted service: the host would log the exception with its stack trace.
    /// </summary>
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
            throw new StartupException(
                $"{string.Join(" and ", settings)}: no AWS credentials were found. "
                + "Give the task or instance a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
                e);
        }
    }
}
