using Microsoft.AspNetCore.Authorization;

namespace IoTOrleans.Silo.Api.Access;

/// <summary>What a caller may do: the names of the roles, and of the policies that ask for them.</summary>
internal static class Rights
{
    public const string Read = "read";
    public const string Write = "write";

    /// <summary>
    /// For every endpoint that names no policy, and for paths without an endpoint. It goes by the method, so a new endpoint cannot be
    /// forgotten. A <c>GET</c> that changes something has to name <see cref="Write"/> itself.
    /// </summary>
    public static AuthorizationPolicy ByMethod { get; } = new AuthorizationPolicyBuilder()
        .RequireAuthenticatedUser()
        .RequireAssertion(caller => caller.Resource is HttpContext context
            && caller.User.IsInRole(IsReading(context.Request.Method) ? Read : Write))
        .Build();

    private static bool IsReading(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
}
