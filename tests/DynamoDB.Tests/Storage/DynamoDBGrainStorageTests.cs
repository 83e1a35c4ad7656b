namespace IoTOrleans.DynamoDB.Tests.Storage;

public sealed class DynamoDBGrainStorageTests(TestTables tables) : GrainStorageConformance, IClassFixture<TestTables>
{
    /// <summary>An item holds at most 400 KB.</summary>
    protected override int BigStateLength => 400_000;

    protected override async Task<IGrainStorage> CreateStorage(string name) => await tables.Storage(name);
}
