using IoTOrleans.Sqlite.Engine;

namespace IoTOrleans.Sqlite.Tests.Support;

/// <summary>An empty folder, gone after the test.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("iot-orleans-sqlite-");

    public string File(string name = "store.db") => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>A test with an empty folder, gone after the test.</summary>
public abstract class TestWithFolder : IDisposable
{
    private protected TempFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A test with an open store in a folder of its own.</summary>
public abstract class TestWithStore : IAsyncLifetime
{
    private protected TempFolder Folder { get; } = new();

    private protected SqliteStore Store { get; private set; } = null!;

    private protected virtual StoreSettings? Settings => null;

    public async ValueTask InitializeAsync() => Store = await TestStore.Open(Folder.File(), Settings);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
