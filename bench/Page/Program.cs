using IoTOrleans.Page;
using IoTOrleans.Page.Tests.Browser;

if (PageOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(PageOptions.Usage);
    return 2;
}

if (Chromium.Find() is null)
{
    Console.Error.WriteLine(Chromium.Remedy);
    return 2;
}

return await PageRun.Execute(options);
