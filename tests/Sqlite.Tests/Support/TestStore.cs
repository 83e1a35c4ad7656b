using IoTOrleans.Sqlite.Engine;
using IoTOrleans.Sqlite.Opening;
using IoTOrleans.Sqlite.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;

namespace IoTOrleans.Sqlite.Tests.Support;

internal static class TestStore
{
    private static readonly IActivatorProvider Activators =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<IActivatorProvider>();

    public static async Task<SqliteStore> Open(string path, StoreSettings? settings = null, IReadOnlyList<Migration>? migrations = null)
    {
        var store = new SqliteStore(path, NullLogger<SqliteStore>.Instance, settings, migrations);
        await store.OpenAsync();
        return store;
    }

    public static async Task<SqliteStoreException> ShouldNotOpen(string path, IReadOnlyList<Migration>? migrations = null)
    {
        var refusal = await Should.ThrowAsync<SqliteStoreException>(async () =>
            await (await Open(path, migrations: migrations)).DisposeAsync());
        refusal.Message.ShouldNotContain('\n');
        return refusal;
    }

    public static IGrainStorage Storage(this SqliteStore store, string name = "Default", IGrainStorageSerializer? serializer = null) =>
        new SqliteGrainStorage(name, store, serializer ?? new JsonSerializer(), Activators);

    /// <summary>Writes a new grain; returns its ETag.</summary>
    public static async Task<string> Insert(this SqliteStore store, string key, string text = "{}")
    {
        var etag = Guid.NewGuid().ToString("N");
        var conflict = await store.Write(
            connection => GrainStateTable.Write(connection, Key(key), null, etag, StateValue.Of(BinaryData.FromString(text))));
        conflict.ShouldBeNull();
        return etag;
    }

    /// <summary>Any work on the writer's thread, as one write.</summary>
    public static Task<T> Do<T>(this SqliteStore store, Func<StoreConnection, T> work) =>
        store.Write(work, TestContext.Current.CancellationToken);

    /// <summary>The ETag stored for a grain that <see cref="Insert"/> wrote.</summary>
    public static async Task<string?> ETagOf(this SqliteStore store, string key) =>
        (await store.Read(connection => GrainStateTable.Read(connection, Key(key))))?.ETag;

    /// <summary>The first column of what a query answers, as text.</summary>
    public static Task<List<string>> Select(this SqliteStore store, string sql) =>
        store.Read(connection => connection.Query(sql, row => row.GetString(0)), TestContext.Current.CancellationToken);

    public static GrainStateKey Key(string key) => new("Default", "test", GrainId.Create("test", key));
}
