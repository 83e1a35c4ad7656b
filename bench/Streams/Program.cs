using IoTOrleans.Streams;

if (StreamsOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(StreamsOptions.Usage);
    return 2;
}

return await StreamsRun.Execute(options, TimeProvider.System);
