using IoTOrleans.Fleet;
using IoTOrleans.Fleet.Reads;

if (args is ["reads"] or ["reads", "--quick"]) return await ReadsRun.Execute(isQuick: args.Length > 1);

if (FleetOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(FleetOptions.Usage);
    return 2;
}

return await FleetRun.Execute(options);
