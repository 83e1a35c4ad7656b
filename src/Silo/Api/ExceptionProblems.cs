using IoTOrleans.Sqlite;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace IoTOrleans.Silo.Api;

/// <summary>What an exception means to the caller: storage that is down is 503, nobody's bad request and no bug.</summary>
internal sealed class ExceptionProblems : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                await Problems.Write(httpContext, bad.StatusCode, ReasonPhrases.GetReasonPhrase(bad.StatusCode), bad.Message);
                return true;
            case SqliteStoreException or Orleans.Runtime.OrleansException or TimeoutException:
                await Problems.Write(httpContext, StatusCodes.Status503ServiceUnavailable, "Storage does not answer", exception.Message);
                return true;
            default:
                return false;
        }
    }
}
