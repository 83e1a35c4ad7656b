using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api;

internal static class ServiceDescription
{
    public static Operation Get { get; } = new("getService", Topic.Service, "Get what a page needs to know about this service")
    {
        Description = "Also what the caller may do. No secret is in it.",
        Answers =
        [
            Answer.Of(200, "The service.", new ServiceApi.ServiceBody(
                "0.1.0", "iot-orleans", null, "en", "Asia/Tokyo", Samples.Policy.Grace, [Rights.Read, Rights.Write], "alice", null,
                new(new(["192.168.1.20:1883"], false, "device", true), true, null), null)),
        ],
    };
}
