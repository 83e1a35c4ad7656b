using IoTOrleans.Sqlite;
using IoTOrleans.Sqlite.Storage;
using Microsoft.Extensions.Logging.Abstractions;

// A second process for the tests, one that can be killed: opens a store, says so, and does as told until its input ends.
//   hold <path>              keeps it open
//   write <path> <writers>   each writer counts up in a grain of its own and prints "<writer> <number>" once that is acknowledged
var store = new SqliteStore(args[1], NullLogger<SqliteStore>.Instance);
try
{
    await store.OpenAsync();
}
catch (SqliteStoreException refused)
{
    Console.Error.WriteLine($"{refused.Error}: {refused.Message}");
    return 1;
}

Console.WriteLine("open");
if (args[0] == "write")
{
    for (var writer = 0; writer < int.Parse(args[2], null); writer++) _ = Write(writer);
}

await Console.In.ReadToEndAsync();
await store.DisposeAsync();
return 0;

async Task Write(int writer)
{
    var key = new GrainStateKey("Default", "count", GrainId.Create("writer", $"{writer}"));
    for (string? etag = null, next; ; etag = next)
    {
        next = etag is null ? "1" : $"{int.Parse(etag, null) + 1}";
        var data = BinaryData.FromString($"{{\"number\":{next}}}");
        var expected = etag;
        var conflict = await store.Write(connection => GrainStateTable.Write(connection, key, expected, next, StateValue.Of(data)));
        if (conflict is not null) throw new InvalidOperationException($"{key} holds {conflict.StoredETag}");
        Console.WriteLine($"{writer} {next}");
    }
}
