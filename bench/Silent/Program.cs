using IoTOrleans.Silent;

if (SilentOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(SilentOptions.Usage);
    return 2;
}

return options.Attacks is { } target ? await Attack.Execute(options, target) : await SilentRun.Execute(options, TimeProvider.System);
