namespace IoTOrleans.Silo.Api.Description;

/// <summary>An error as it is described; <see cref="Problems"/> writes it.</summary>
/// <param name="Type">Of the statuses that have a section in RFC 9110.</param>
/// <param name="Errors">One item for each mistake, where there can be several.</param>
/// <param name="TraceId">Of the request, as in the log.</param>
internal sealed record Problem(
    string Title, int Status, string? Type = null, string? Detail = null, IReadOnlyList<ProblemError>? Errors = null,
    string? TraceId = null);

/// <summary>It names one of these: a parameter of the query, a field of the body, the index of an event, or a line.</summary>
internal sealed record ProblemError(
    string? Parameter = null, string? Field = null, int? Index = null, int? Line = null, string? ThingName = null, string? Reason = null,
    string? Detail = null);
