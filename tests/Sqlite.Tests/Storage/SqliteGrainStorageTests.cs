namespace IoTOrleans.Sqlite.Tests.Storage;

public sealed class SqliteGrainStorageTests : GrainStorageConformance
{
    private readonly TempFolder _folder = new();
    private SqliteStore _store = null!;

    protected override Task<IGrainStorage> CreateStorage(string name) => Task.FromResult(_store.Storage(name));

    public override async ValueTask InitializeAsync()
    {
        _store = await TestStore.Open(_folder.File());
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
        await base.DisposeAsync();
    }
}
