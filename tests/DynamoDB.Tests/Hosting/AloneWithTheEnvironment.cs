namespace IoTOrleans.DynamoDB.Tests.Hosting;

/// <summary>Tests that change the environment of the process: nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(AloneWithTheEnvironment), DisableParallelization = true)]
public sealed class AloneWithTheEnvironment;
