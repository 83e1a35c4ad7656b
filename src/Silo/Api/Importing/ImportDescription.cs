using IoTOrleans.Events;
using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api.Importing;

internal static class ImportDescription
{
    private const string Id = "b7f0c2";

    public static Operation Post { get; } = new("importThings", Topic.Imports, "Import a list of thing names")
    {
        Description = "The names are stored before the answer; then the service asks the verifier about each thing.",
        Body = new(
            ImportApi.ContentTypes, "One thing a line, as a name or as `{\"thingName\":\"rpi-1\"}`, of any length: it is read as a stream.",
            [typeof(string)], [("lines", "{\"thingName\":\"rpi-1\"}\n{\"thingName\":\"rpi-2\"}\n")]),
        Answers =
        [
            Answer.Of(202, "The names are stored.", new ImportStatus(ImportStatus.Running, 2, 0, 0, 0, 0, "alice")) with
            {
                Headers = [("Location", "Where to see how far the import is: `/import/{id}`.")],
            },
            Answer.Problem(
                ImportApi.Refusal(1, [new(2, "The thing name is empty or blank.")]),
                "`errors` has the first 100 bad lines; nothing is imported. Or the query has mistakes."),
            Answer.Problem(ImportApi.LinesOnly(), "The body is not sent as JSON lines."),
            Answer.Problem(
                ImportApi.TooMany(),
                "16 imports are open, or there are more new names than `Things:Most` allows; nothing is imported.") with
            {
                Headers = [CommonAnswers.RetryAfter],
            },
        ],
    };

    public static Operation Get { get; } = new("getImport", Topic.Imports, "Get how far an import is")
    {
        Path = new("id", "As in the `Location` of the import.", Id),
        Answers =
        [
            Answer.Of(200, "How far it is.", new ImportStatus(ImportStatus.Running, 10_000, 4312, 3900, 300, 112, "alice")),
            Answer.Problem(ImportApi.NoSuch(Id), "There is no such import, or it was done long ago."),
        ],
    };
}
