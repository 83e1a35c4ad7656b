using IoTOrleans.Silo.Api.Access;

namespace IoTOrleans.Silo.Api.Description;

/// <summary>What every operation may answer, because it comes from the doors before it.</summary>
internal static class CommonAnswers
{
    /// <summary>As responses of the document, by name; an operation that has its own answer with the same status describes both.</summary>
    public static IReadOnlyList<(string Name, Answer Answer)> All { get; } =
    [
        ("BadRequest", Answer.Problem(
            Problems.BadQuery([.. QueryCheck.Mistakes(DevicesDescription.List, [new("stauts", "offline")], "GET /devices")]),
            "A parameter of the query is not known or has a bad value, or the Host header is none of this service.")),
        ("Unauthorized", Answer.Problem(
            KeyAuthentication.KeyRequired(),
            "A key is set, and the request has none or a wrong one.") with
        {
            Headers = [("WWW-Authenticate", "`Bearer`, and `Basic` for browsers.")],
        }),
        ("Forbidden", Answer.Problem(
            KeyAuthentication.ReadOnlyKey(),
            "The key may only read, a page of another origin sent the request, or it came through a proxy while no key is set.")),
        ("TooManyRequests", Answer.Problem(
            KeyAuthentication.TooManyWrongKeys(), "More than 10 requests with a wrong key came from this address within a minute.") with
        {
            Headers = [RetryAfter],
        }),
        ("ServiceUnavailable", Answer.Problem(
            Problems.StorageDoesNotAnswer("The operation has timed out."),
            "Storage does not answer, the service is starting or stopping, or all its connections are in use. Send the request again.") with
        {
            Headers = [RetryAfter],
        }),
    ];

    public static (string Name, string Description) RetryAfter => ("Retry-After", "Seconds to wait, where the service knows it.");

    /// <summary>Without a key nothing but the query can be wrong: these are asked by load balancers.</summary>
    public static IEnumerable<(string Name, Answer Answer)> For(Operation operation) => All.Where(common =>
        operation.Answers.All(own => own.Status != common.Answer.Status)
        && (!operation.NeedsNoKey || common.Answer.Status == StatusCodes.Status400BadRequest));
}
