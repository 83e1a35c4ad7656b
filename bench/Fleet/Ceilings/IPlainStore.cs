namespace IoTOrleans.Fleet.Ceilings;

/// <summary>A key and a body, read and then written, as durable as the service's own storage is.</summary>
internal interface IPlainStore : IAsyncDisposable
{
    Task<byte[]?> Read(string key);

    Task Write(string key, byte[] body);

    static async Task<IPlainStore> Of(string provider) => provider switch
    {
        "Memory" => new PlainMemory(),
        "Sqlite" => new PlainSqlite(),
        _ => await PlainDynamoDB.Create(),
    };
}
