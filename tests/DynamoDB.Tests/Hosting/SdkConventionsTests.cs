using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.Internal;
using IoTOrleans.DynamoDB.Client;
using IoTOrleans.Testing.Emulators;
using Microsoft.Extensions.Logging.Abstractions;

namespace IoTOrleans.DynamoDB.Tests.Hosting;

/// <summary>Region, credentials and endpoint as the SDK finds them, or does not.</summary>
[Collection(nameof(AloneWithTheEnvironment))]
public sealed class SdkConventionsTests : IDisposable
{
    private static readonly string Nowhere = Path.Combine(AppContext.BaseDirectory, "none");

    private readonly Dictionary<string, string?> _before = [];
    private readonly UnitCounter _units = new();

    public SdkConventionsTests()
    {
        foreach (var name in (string[])["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"])
        {
            Set(name, null);
        }

        Set("AWS_EC2_METADATA_DISABLED", "true");
        Set("AWS_SHARED_CREDENTIALS_FILE", Nowhere);
        Set("AWS_CONFIG_FILE", Nowhere);
        Forget();
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before) Environment.SetEnvironmentVariable(name, value);
        Forget();
        _units.Dispose();
    }

    [Fact]
    public async Task The_endpoint_comes_from_its_variable()
    {
        Set("AWS_ENDPOINT_URL_DYNAMODB", (await DynamoDBLocal.Get()).Endpoint.ToString());
        Set("AWS_REGION", "eu-west-1");
        Set("AWS_ACCESS_KEY_ID", "test");
        Set("AWS_SECRET_ACCESS_KEY", "test");
        Forget();

        await Open(create: true);
    }

    [Fact]
    public async Task Without_a_region_it_says_which_variable_to_set()
    {
        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() => Open(create: false));

        failure.Error.ShouldBe(DynamoDBStoreError.NoRegion);
        failure.Message.ShouldContain("AWS_REGION=eu-west-1");
    }

    [Fact]
    public async Task Without_credentials_it_says_which_ones_to_give()
    {
        Set("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9/");
        Set("AWS_REGION", "eu-west-1");
        Forget();

        var failure = await Should.ThrowAsync<DynamoDBStoreException>(() => Open(create: false));

        failure.Error.ShouldBe(DynamoDBStoreError.Credentials);
        failure.Message.ShouldContain("AWS_ACCESS_KEY_ID");
        failure.Message.ShouldNotContain('\n');
    }

    private async Task Open(bool create)
    {
        using var tables = new DynamoDBTables(
            SdkClient.Create, RetrySettings.Default, TimeProvider.System, _units.Metrics, NullLogger<DynamoDBTables>.Instance);
        await tables.Open(tables.For(TableSchema.GrainState, $"T{Guid.NewGuid():N}"), create);
    }

    private void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>The SDK remembers what it read.</summary>
    private static void Forget()
    {
        FallbackRegionFactory.Reset();
        FallbackInternalConfigurationFactory.Reset();
    }
}

/// <summary>Tests that change the environment of the process: nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(AloneWithTheEnvironment), DisableParallelization = true)]
public sealed class AloneWithTheEnvironment;
