using IoTOrleans.DynamoDB.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Runtime;

namespace IoTOrleans.DynamoDB.Tests.Hosting;

public sealed class HostTests(TestTables tables) : IClassFixture<TestTables>
{
    [Fact]
    public async Task A_missing_table_keeps_the_host_from_starting()
    {
        using var host = Build(silo => silo.AddDynamoDBGrainStorageAsDefault(options => options.TablePrefix = $"{tables.Prefix}none"));

        var refusal = await Should.ThrowAsync<DynamoDBStoreException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        refusal.Error.ShouldBe(DynamoDBStoreError.TableMissing);
        refusal.Message.ShouldContain("CreateTables");
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("表")]
    public async Task A_prefix_that_no_table_can_have_keeps_the_host_from_starting(string prefix)
    {
        using var host = Build(silo => silo.UseDynamoDBReminderService(options => options.TablePrefix = prefix));

        var refusal = await Should.ThrowAsync<OrleansConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        refusal.Message.ShouldContain($"DynamoDBReminderTableOptions: TablePrefix is '{prefix}'");
    }

    [Fact]
    public async Task A_provider_name_with_a_separator_keeps_the_host_from_starting()
    {
        using var host = Build(silo => silo.AddDynamoDBGrainStorage("a#b"));

        var refusal = await Should.ThrowAsync<OrleansConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        refusal.Message.ShouldContain("'a#b'");
    }

    [Fact]
    public void Named_providers_have_their_own_options_and_the_serializer_of_their_name()
    {
        using var host = Build(silo =>
        {
            silo.Services.AddKeyedSingleton<IGrainStorageSerializer, JsonSerializer>("plain");
            silo.AddDynamoDBGrainStorage("plain", options => options.TablePrefix = "Mine").AddDynamoDBGrainStorage("orleans");
        });
        var options = host.Services.GetRequiredService<IOptionsMonitor<DynamoDBStorageOptions>>();

        options.Get("plain").GrainStorageSerializer.ShouldBeOfType<JsonSerializer>();
        options.Get("plain").TablePrefix.ShouldBe("Mine");
        options.Get("orleans").GrainStorageSerializer.ShouldBeOfType<JsonGrainStorageSerializer>();
        options.Get("orleans").TablePrefix.ShouldBe("IoTOrleans");
        options.Get("orleans").CreateTables.ShouldBeFalse();
        host.Services.GetRequiredKeyedService<IGrainStorage>("plain")
            .ShouldBeSameAs(host.Services.GetRequiredKeyedService<DynamoDBGrainStorage>("plain"));
    }

    [Fact]
    public void Failures_pass_through_grain_calls_whole()
    {
        using var host = Build(silo => silo.AddDynamoDBGrainStorageAsDefault());
        var serializer = host.Services.GetRequiredService<Orleans.Serialization.Serializer>();
        var failure = new DynamoDBStoreException(DynamoDBStoreError.Throttled, "The table is throttled.");

        var copy = serializer.Deserialize<DynamoDBStoreException>(serializer.SerializeToArray(failure))!;

        copy.Error.ShouldBe(DynamoDBStoreError.Throttled);
        copy.Message.ShouldBe("The table is throttled.");
    }

    private IHost Build(Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<CreateClient>(() => TestTables.ClientFor(tables.Endpoint));
        builder.UseOrleans(silo => configure(silo.UseLocalhostClustering()));
        return builder.Build();
    }
}
