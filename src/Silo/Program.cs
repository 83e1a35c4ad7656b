using IoTOrleans.Aws;
using IoTOrleans.Silo.Hosting;
using IoTOrleans.Silo.Hosting.Commands;
using IoTOrleans.Silo.Hosting.Composition;
using IoTOrleans.Silo.Hosting.Lan;
using IoTOrleans.Silo.Hosting.Running;
using IoTOrleans.Silo.Hosting.Starting;
using IoTOrleans.Silo.Telemetry;

if (await Usage.Asked(args) is { } status) return status;

return await Startup.Run(async () =>
{
    var commandLine = CommandLine.Read(args);
    var builder = SiloApplication.CreateBuilder(commandLine.Settings, commandLine.Lan);
    var lan = commandLine.Lan ? await LocalNetwork.Fill(builder.Configuration) : null;
    var settings = ReadSettings.From(builder.Configuration, settings =>
        [.. commandLine.Mistakes, .. lan?.Mistakes(settings) ?? [], .. Ground.Trouble(settings, builder.Configuration)]);
    lan?.Keep();
    settings = await settings.WithTaskAddress(builder.Configuration);

    builder.AddSiloLogging(settings.Telemetry.LogFormat);
    builder.AddTelemetry(settings.Telemetry);
    builder.AddOrleans(settings);
    builder.AddNotifications(settings);
    builder.AddVerification(settings);
    builder.AddEventSources(settings);
    builder.AddHttp(settings);

    await using var app = builder.Build();
    await app.Services.CheckAwsCredentials();
    app.UseDoors();
    app.MapRoutes(settings);

    app.SayWhereToLook(settings, lan);
    app.EndInTime(settings);
    await app.StartOrStop();
    await app.WaitForShutdownAsync();
});
