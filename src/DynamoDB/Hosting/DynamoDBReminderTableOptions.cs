namespace IoTOrleans.DynamoDB;

/// <summary>Where reminders are kept.</summary>
public sealed class DynamoDBReminderTableOptions : DynamoDBTableOptions;
