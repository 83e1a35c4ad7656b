using IoTOrleans.Fleet;

if (FleetOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(FleetOptions.Usage);
    return 2;
}

return await FleetRun.Execute(options);
