using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace IoTOrleans.Sqlite.Tests.Hosting;

public sealed class HostTests : TestWithFolder
{
    [Fact]
    public async Task A_file_that_cannot_be_opened_keeps_the_host_from_starting()
    {
        await File.WriteAllTextAsync(Folder.File(), "shopping list", TestContext.Current.CancellationToken);
        using var host = Build(silo => silo.AddSqliteGrainStorageAsDefault(options => options.Path = Folder.File()));

        var refusal = await Should.ThrowAsync<SqliteStoreException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        refusal.Error.ShouldBe(SqliteStoreError.NotADatabase);
    }

    [Fact]
    public async Task A_path_that_is_empty_keeps_the_host_from_starting()
    {
        using var host = Build(silo => silo.UseSqliteReminderService(options => options.Path = " "));

        var refusal = await Should.ThrowAsync<SqliteStoreException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        refusal.Message.ShouldContain("name a file");
    }

    [Fact]
    public void A_provider_takes_the_serializer_registered_under_its_name()
    {
        using var host = Build(silo =>
        {
            silo.Services.AddKeyedSingleton<IGrainStorageSerializer, JsonSerializer>("plain");
            silo.AddSqliteGrainStorage("plain").AddSqliteGrainStorage("orleans");
        });
        var options = host.Services.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<SqliteStorageOptions>>();

        options.Get("plain").GrainStorageSerializer.ShouldBeOfType<JsonSerializer>();
        options.Get("orleans").GrainStorageSerializer.ShouldBeOfType<JsonGrainStorageSerializer>();
        options.Get("plain").Path.ShouldBe("data/orleans.db");
    }

    [Fact]
    public void The_same_file_by_another_spelling_is_the_same_store()
    {
        var path = Folder.File();
        using var host = Build(silo => silo
            .AddSqliteGrainStorage("one", options => options.Path = path)
            .AddSqliteGrainStorage("two", options => options.Path = Path.Combine(Path.GetDirectoryName(path)!, ".", "store.db"))
            .AddSqliteGrainStorage("three", options => options.Path = Folder.File("other.db")));

        var stores = host.Services.GetServices<SqliteStore>().Distinct();

        stores.Select(store => Path.GetFileName(store.Path)).ShouldBe(["store.db", "other.db"]);
    }

    [Fact]
    public void Failures_pass_through_grain_calls_whole()
    {
        using var host = Build(silo => silo.AddSqliteGrainStorageAsDefault());
        var serializer = host.Services.GetRequiredService<Orleans.Serialization.Serializer>();
        var failure = new SqliteStoreException(SqliteStoreError.DiskFull, "The disk is full.");

        var copy = serializer.Deserialize<SqliteStoreException>(serializer.SerializeToArray(failure))!;

        copy.Error.ShouldBe(SqliteStoreError.DiskFull);
        copy.Message.ShouldBe("The disk is full.");
    }

    private static IHost Build(Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleans(silo => configure(silo.UseLocalhostClustering()));
        return builder.Build();
    }
}
