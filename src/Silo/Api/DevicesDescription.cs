using IoTOrleans.Silo.Api.Description;
using IoTOrleans.Silo.Catalogue;

namespace IoTOrleans.Silo.Api;

internal static class DevicesDescription
{
    public static Operation List { get; } = new("listDevices", Topic.Devices, "List things")
    {
        Description = "A thing must meet all conditions. A page may be shorter than `limit`, even empty, and still have a `nextCursor`: "
            + "go on until that is null. The order is not specified. With `status=grace`, `offline` and `recovering` only, the cost grows "
            + "with the number of these things, not with the fleet.",
        Query = DeviceListQuery.Parameters,
        Answers =
        [
            Answer.Of(200, "A page of the list.", new ThingPage([Samples.Device], "cmluZzEuM2Y5YTFjLjAuMjQu")),
            Answer.Problem(
                Problems.BadQuery([.. Mistakes("status", "away"), .. Mistakes("limit", "0")]),
                "The query has mistakes: `errors` names each `parameter`. Or the Host header is none of this service."),
        ],
    };

    public static Operation Get { get; } = new("getDevice", Topic.Devices, "Get the status of a thing")
    {
        Description = "The request leaves no trace, and asks no verifier.",
        Path = PathParameter.ThingName,
        Answers = [Answer.Of(200, "Its status.", Samples.Device), BadName, NeverHeardOf],
    };

    public static Operation Forget { get; } = new("forgetDevice", Topic.Devices, "Forget a thing")
    {
        Description = "It is forgotten with its deadline, its policy and every owed notification. A destination that was notified of the "
            + "running outage gets `device.removed`. If events of the thing come in later, it is a new thing.",
        Path = PathParameter.ThingName,
        Answers = [new(204, "It is forgotten, or was not known."), BadName],
    };

    public static Answer BadName => Answer.Problem(
        Problems.BadThingName("The thing name has U+000A at character 5."),
        "No thing can have this name, or the query has mistakes, or the Host header is none of this service.");

    public static Answer NeverHeardOf => Answer.Problem(
        Problems.NeverHeardOf("door-3"), "No event of a thing with this name has come in. For names with a slash, write `%2F`.");

    private static IEnumerable<QueryMistake> Mistakes(string parameter, string value) => DeviceListQuery.Parameters
        .Where(known => known.Name == parameter).Select(known => new QueryMistake(parameter, known.Check(value)!));
}
