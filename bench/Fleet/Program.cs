using IoTOrleans.Fleet;
using IoTOrleans.Fleet.Reads;

if (args is ["reads"]) return await ReadsRun.Execute();

if (FleetOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(FleetOptions.Usage);
    return 2;
}

return await FleetRun.Execute(options);
