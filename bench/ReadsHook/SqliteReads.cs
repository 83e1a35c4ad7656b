using System.Diagnostics.Metrics;
using System.IO.MemoryMappedFiles;

namespace IoTOrleans.ReadsHook;

/// <summary>What a service has read from SQLite so far, in a file that its process and this one have in memory.</summary>
internal sealed class SqliteReads : IDisposable
{
    /// <summary>The file, for <see cref="StartupHook"/>.</summary>
    public const string Variable = "FLEET_SQLITE_READS";

    private const int RowsAt = sizeof(long);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();

    public SqliteReads(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(
            new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite), null, 2 * sizeof(long),
            MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor();
    }

    public (long Statements, long Rows) Now => (_view.ReadInt64(0), _view.ReadInt64(RowsAt));

    /// <summary>In the process of the service. A second process goes on where the first one was.</summary>
    public void Listen()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "IoTOrleans.Sqlite") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) =>
        {
            var at = instrument.Name.EndsWith("rows_read", StringComparison.Ordinal) ? RowsAt : 0;
            lock (_lock) _view.Write(at, _view.ReadInt64(at) + count);
        });
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _view.Dispose();
        _file.Dispose();
    }
}
