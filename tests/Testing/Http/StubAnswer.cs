namespace IoTOrleans.Testing.Http;

public sealed record StubAnswer(int Status, string Body = "", string ContentType = "text/plain")
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static StubAnswer Json(int status, string body) => new(status, body, "application/json");

    public static StubAnswer Xml(int status, string body) => new(status, body, "text/xml");
}
