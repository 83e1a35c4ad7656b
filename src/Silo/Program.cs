using IoTOrleans.Aws;
using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Mutes;
using IoTOrleans.Silo.Api.Events;
using IoTOrleans.Silo.Api.Importing;
using IoTOrleans.Silo.Hosting;
using IoTOrleans.Silo.Hosting.Composition;
using IoTOrleans.Silo.Hosting.Lan;
using IoTOrleans.Silo.Hosting.Running;
using IoTOrleans.Silo.Hosting.Starting;
using Orleans.Dashboard;

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

    builder.AddSiloLogging();
    builder.AddOrleans(settings);
    builder.AddNotifications(settings);
    builder.AddVerification(settings);
    builder.AddEventSources(settings);
    builder.AddHttp(settings);

    await using var app = builder.Build();
    await app.Services.CheckAwsCredentials();
    app.UseProblems();
    app.UseReception();
    app.UseAccessCheck();

    app.MapHome();
    app.MapHealth();
    app.MapDevices();
    app.MapStories();
    app.MapMutes();
    app.MapPolicies();
    app.MapAdvice();
    app.MapImports();
    app.MapNotifications();
    if (settings.HttpEvents) app.MapEvents();
    app.MapOrleansDashboard(routePrefix: "/dashboard");

    app.SayWhereToLook(settings, lan);
    app.EndInTime(settings);
    await app.StartOrStop();
    await app.WaitForShutdownAsync();
});
