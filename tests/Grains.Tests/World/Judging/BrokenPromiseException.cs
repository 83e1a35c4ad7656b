namespace IoTOrleans.Grains.Tests.World.Judging;

/// <summary>What the oracle objects to.</summary>
public sealed class BrokenPromiseException(string message, Exception? inner = null) : Exception(message, inner);
