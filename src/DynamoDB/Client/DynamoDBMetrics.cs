using System.Diagnostics.Metrics;
using System.Text.Json;
using Amazon.Runtime;

namespace IoTOrleans.DynamoDB.Client;

/// <summary>What the tables cost and how they answer. No tag names a grain: every value of a tag is kept for ever.</summary>
internal sealed class DynamoDBMetrics(Meter meter)
{
    internal const string MeterName = "IoTOrleans.DynamoDB";

    private readonly Counter<double> _consumed = meter.CreateCounter<double>(
        "iot_orleans.dynamodb.consumed", "{unit}",
        "Request units consumed, as DynamoDB counts them; failed conditions and lost answers are not in it.");

    private readonly Counter<long> _failed = meter.CreateCounter<long>(
        "iot_orleans.dynamodb.failed_attempts", "{attempt}",
        "Attempts that failed, by fault; all but final ones were tried again for 10 s.");

    private readonly Counter<long> _conditionsFailed = meter.CreateCounter<long>(
        "iot_orleans.dynamodb.failed_conditions", "{request}",
        "Writes refused because somebody else had written; each costs what the write would have.");

    private readonly Histogram<int> _itemSize = meter.CreateHistogram(
        "iot_orleans.dynamodb.item_size", "By", "Size of items written, names included; each begun 1,024 bytes are one write unit.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [256, 512, 768, 1024, 2048, 4096, 16384, 65536, 409600] });

    public void Consumed(string table, string operation, AmazonWebServiceResponse answer)
    {
        switch (answer)
        {
            case GetItemResponse get: Consumed(table, operation, "read", get.ConsumedCapacity); break;
            case QueryResponse query: Consumed(table, operation, "read", query.ConsumedCapacity); break;
            case ScanResponse scan: Consumed(table, operation, "read", scan.ConsumedCapacity); break;
            case PutItemResponse put: Consumed(table, operation, "write", put.ConsumedCapacity); break;
            case UpdateItemResponse update: Consumed(table, operation, "write", update.ConsumedCapacity); break;
            case DeleteItemResponse delete: Consumed(table, operation, "write", delete.ConsumedCapacity); break;
            case TransactGetItemsResponse gets: ConsumedAll(table, operation, "read", gets.ConsumedCapacity); break;
            case TransactWriteItemsResponse writes: ConsumedAll(table, operation, "write", writes.ConsumedCapacity); break;
        }
    }

    public void Failed(string table, string operation, Fault fault) => _failed.Add(
        1, Table(table), Operation(operation), new("fault", JsonNamingPolicy.KebabCaseLower.ConvertName(fault.ToString())));

    public void ConditionFailed(string table, string operation) => _conditionsFailed.Add(1, Table(table), Operation(operation));

    public void ItemWritten(string table, Item item) => _itemSize.Record(ItemSize.Of(item), Table(table));

    private void ConsumedAll(string table, string operation, string kind, List<ConsumedCapacity>? capacities)
    {
        foreach (var capacity in capacities ?? []) Consumed(table, operation, kind, capacity);
    }

    private void Consumed(string table, string operation, string kind, ConsumedCapacity? capacity) =>
        _consumed.Add(capacity?.CapacityUnits ?? 0, Table(table), Operation(operation), new("kind", kind));

    private static KeyValuePair<string, object?> Table(string name) => new("table", name);

    private static KeyValuePair<string, object?> Operation(string name) => new("operation", name);
}
