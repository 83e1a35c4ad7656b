using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using IoTOrleans.Silo.Hosting;

namespace IoTOrleans.Silo.Aws;

/// <summary>Something that cannot work without AWS credentials.</summary>
/// <param name="Setting">The setting that asked for it.</param>
internal sealed record AwsNeed(string Setting);

/// <summary>
/// Says at start that there are no credentials, where somebody looks, and not in the night in which the first notification fails.
/// Whether they are the right ones only AWS can tell.
/// </summary>
internal sealed class AwsCredentialsCheck(IEnumerable<AwsNeed> needs, TimeProvider time) : IHostedLifecycleService
{
    // Off EC2 the chain ends with a question to an instance metadata service that nobody may answer; people wait for the first line.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(() => DefaultAWSCredentialsIdentityResolver.GetCredentials(), cancellationToken).WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception e) when (e is AmazonClientException or TimeoutException)
        {
            throw new StartupException(
                $"{string.Join(" and ", needs.Select(need => need.Setting).Distinct())}: no AWS credentials were found. "
                + "Give the task or instance a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
                e);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
