using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace IoTOrleans.Sqlite.Tests.Hosting;

/// <summary>A whole silo on the file, with Orleans' default serializer.</summary>
public sealed class SiloTests : TestWithFolder
{
    [Fact]
    public async Task States_and_reminders_outlive_the_silo()
    {
        await using (var cluster = await Start())
        {
            var grain = cluster.Client.GetGrain<IVisitorGrain>("rpi-1");
            (await grain.Visit()).ShouldBe(1);
            (await grain.Visit()).ShouldBe(2);
            await grain.ComeBack("tomorrow");
        }

        await using var next = await Start();
        var again = next.Client.GetGrain<IVisitorGrain>("rpi-1");
        (await again.Visit()).ShouldBe(3);
        (await again.HasReminder("tomorrow")).ShouldBeTrue();
        (await again.HasReminder("never")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_silo_that_was_stopped_the_hard_way_leaves_the_file_free_for_the_next()
    {
        await using var cluster = await Start();
        await cluster.Client.GetGrain<IVisitorGrain>("rpi-1").Visit();

        await cluster.KillSiloAsync(cluster.Silos[0], TestContext.Current.CancellationToken);

        await using var next = await Start();
        (await next.Client.GetGrain<IVisitorGrain>("rpi-1").Visit()).ShouldBe(2);
    }

    [Fact]
    public async Task Providers_on_one_path_share_the_store_and_it_lists_their_grains()
    {
        await using var cluster = await Start();
        var store = cluster.GetSiloServiceProvider().GetRequiredService<SqliteStore>();
        cluster.GetSiloServiceProvider().GetServices<SqliteStore>().Distinct().ShouldHaveSingleItem();
        foreach (var key in (string[])["b", "a", "forgotten"]) await cluster.Client.GetGrain<IVisitorGrain>(key).Visit();
        await cluster.Client.GetGrain<IVisitorGrain>("forgotten").Forget();

        var grains = await store.ListGrains("Default", "visits", after: null, limit: 10, TestContext.Current.CancellationToken);

        grains.Select(grain => grain.GrainId.ToString()).ShouldBe(["visitor/a", "visitor/b"]);
        grains[0].Data.ToString().ShouldContain("\"Count\":1");
        await store.Ping(TestContext.Current.CancellationToken);
    }

    private async Task<InProcessTestCluster> Start()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ConfigureFileLogging = false; // It would leave a file per silo behind.
        builder.ConfigureSilo((_, silo) => silo
            .AddSqliteGrainStorageAsDefault(options => options.Path = Folder.File())
            .UseSqliteReminderService(options => options.Path = Folder.File()));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
