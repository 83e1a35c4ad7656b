using IoTOrleans.Contracts;

namespace IoTOrleans.Silo.Catalogue;

/// <param name="NextCursor">Null: this was the last page.</param>
internal sealed record ThingPage(IReadOnlyList<DeviceStatus> Items, string? NextCursor);
