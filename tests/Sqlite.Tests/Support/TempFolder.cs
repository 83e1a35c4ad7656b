namespace IoTOrleans.Sqlite.Tests.Support;

/// <summary>An empty folder, gone after the test.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("iot-orleans-sqlite-");

    public string File(string name = "store.db") => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
