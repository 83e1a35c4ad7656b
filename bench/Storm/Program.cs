using IoTOrleans.Storm;

if (StormOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(StormOptions.Usage);
    return 2;
}

return await StormRun.Execute(options, TimeProvider.System);
