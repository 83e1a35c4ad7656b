using System.Net;
using Amazon.Runtime;

namespace IoTOrleans.Events.Watermarks;

/// <summary>Whether SQS may have handed out messages in an answer that we never got: they are hidden from everybody then.</summary>
internal static class LostAnswers
{
    public static bool MayBe(Exception? exception) => exception switch
    {
        null => true,
        AmazonServiceException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError } => false,
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError,
        } => false,
        { InnerException: { } inner } => MayBe(inner),
        _ => true,
    };
}
