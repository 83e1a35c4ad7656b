namespace IoTOrleans.DynamoDB.Membership;

internal static class MembershipRows
{
    private const int Rereads = 20;

    /// <summary>All silos and the version that they belong to.</summary>
    public static async Task<MembershipSnapshot> ReadAll(this DynamoDBTable table, string cluster)
    {
        for (var reads = 1; ; reads++)
        {
            var snapshot = MembershipSnapshot.Of(await table.Query(cluster).ToListAsync());
            if (snapshot.IsWhole) return snapshot;
            if (reads == Rereads)
            {
                throw new DynamoDBStoreException(DynamoDBStoreError.Unreadable,
                    $"The rows of cluster {cluster} in the DynamoDB table {table.Name} do not fit their version, {Rereads} times in a row: "
                    + "if this stays, somebody has edited them; stop all silos and delete the rows of this cluster.");
            }
        }
    }
}
