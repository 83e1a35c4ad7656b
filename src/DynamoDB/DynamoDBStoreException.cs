namespace IoTOrleans.DynamoDB;

/// <summary>
/// DynamoDB could not do what it was asked. The message is one line with the cause and the remedy, fit to be shown without the stack.
/// </summary>
/// <remarks>
/// An <see cref="OrleansException"/>, because Orleans replaces any other exception of a storage provider by one whose message
/// is a whole stack trace.
/// </remarks>
[GenerateSerializer, Alias("IoTOrleans.DynamoDBStoreException")]
public sealed class DynamoDBStoreException(DynamoDBStoreError error, string message, Exception? innerException = null)
    : OrleansException(message, innerException!)
{
    [Id(0)]
    public DynamoDBStoreError Error { get; private set; } = error;
}
