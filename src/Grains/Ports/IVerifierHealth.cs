namespace IoTOrleans.Grains.Ports;

public interface IVerifierHealth
{
    /// <summary>Verifiers that have answered none of this silo's questions since it started: not for lack of questions.</summary>
    IReadOnlyDictionary<string, UnansweredQuestions> Silent { get; }
}

/// <param name="Since">When the first of them was asked.</param>
public sealed record UnansweredQuestions(int Count, DateTimeOffset Since);
