using IoTOrleans.Contracts;

namespace IoTOrleans.Silo.Events.Parsing;

/// <summary>The door a body came through, and when the first machine of ours had it.</summary>
internal readonly record struct Arrival(EventSource Source, DateTimeOffset At);
