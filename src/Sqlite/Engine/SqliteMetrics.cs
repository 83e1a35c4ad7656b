using System.Diagnostics.Metrics;

namespace IoTOrleans.Sqlite.Engine;

/// <summary>What is read from the file. What a write looks at is not in it.</summary>
internal sealed class SqliteMetrics(Meter meter)
{
    internal const string MeterName = "IoTOrleans.Sqlite";

    private readonly Counter<long> _reads = meter.CreateCounter<long>(
        "iot_orleans.sqlite.reads", "{statement}", "Statements that read states or reminders.");

    private readonly Counter<long> _rows = meter.CreateCounter<long>(
        "iot_orleans.sqlite.rows_read", "{row}", "Rows that these statements answered.");

    public void Read(int rows)
    {
        _reads.Add(1);
        _rows.Add(rows);
    }
}
