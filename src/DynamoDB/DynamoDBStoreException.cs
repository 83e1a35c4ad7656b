namespace IoTOrleans.DynamoDB;

/// <summary>DynamoDB failed or refused. The message is one line with the cause and the remedy, fit to be shown without the stack.</summary>
/// <remarks>Orleans replaces any other exception than an <see cref="OrleansException"/> with one whose message is a stack trace.</remarks>
[GenerateSerializer, Alias("IoTOrleans.DynamoDBStoreException")]
public sealed class DynamoDBStoreException(DynamoDBStoreError error, string message, Exception? innerException = null)
    : OrleansException(message, innerException!)
{
    [Id(0)]
    public DynamoDBStoreError Error { get; private set; } = error;
}

/// <summary>Why the store refused or failed. The message of <see cref="DynamoDBStoreException"/> says it in words.</summary>
[GenerateSerializer, Alias("IoTOrleans.DynamoDBStoreError")]
public enum DynamoDBStoreError
{
    /// <summary>Any other error. AWS's own words are in the message.</summary>
    Other = 0,

    /// <summary>The SDK found neither a region nor an endpoint.</summary>
    NoRegion = 1,

    /// <summary>The SDK found no credentials, or AWS does not accept those it found.</summary>
    Credentials = 2,

    /// <summary>The credentials are valid, but do not permit this operation on this table.</summary>
    Denied = 3,

    /// <summary>The table does not exist, and <c>CreateTables</c> is not set.</summary>
    TableMissing = 4,

    /// <summary>A table of this name exists, but its keys are not ours. It is left untouched.</summary>
    AnotherTable = 5,

    /// <summary>The table exists and does not become active.</summary>
    TableNotActive = 6,

    /// <summary>No answer, or only server errors, for as long as we try. A write may or may not have been done.</summary>
    Unreachable = 7,

    /// <summary>Refused for lack of capacity for as long as we try. A write was not done.</summary>
    Throttled = 8,

    /// <summary>More than DynamoDB's 400 KB for one item.</summary>
    ItemTooLarge = 9,

    /// <summary>A stored item does not have the expected content.</summary>
    Unreadable = 10,
}
