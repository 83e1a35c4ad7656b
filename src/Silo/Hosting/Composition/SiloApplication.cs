using IoTOrleans.Notifications;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Hosting.Reloading;
using IoTOrleans.Silo.Hosting.Running;
using IoTOrleans.Silo.Logging;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;

namespace IoTOrleans.Silo.Hosting.Composition;

internal static class SiloApplication
{
    /// <summary>ECS leaves 30 s between SIGTERM and SIGKILL; see also <see cref="StopLimit"/>.</summary>
    private static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(22);

    /// <summary>The user's <c>Logging:LogLevel</c> overrides these.</summary>
    private static readonly Dictionary<string, string?> QuietLogs = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Orleans"] = "Warning",

        // A stack for each failed handshake; ours is one line with the address (Tls/Handshakes).
        ["Logging:LogLevel:Orleans.Connections.Security"] = "None",

        // It warns at every start about a check that "has not completed" since the machine was booted.
        ["Logging:LogLevel:Orleans.Runtime.Watchdog"] = "Error",
        ["Logging:LogLevel:Polly"] = "Warning",

        // ASP.NET Core's base class writes a line here about every request without the right key.
        [$"Logging:LogLevel:{typeof(KeyAuthentication).FullName}"] = "Warning",
        ["Logging:LogLevel:System"] = "Warning",
    };

    private static readonly string[] TellStarts =
    [
        "Microsoft.Extensions.Hosting.Internal.Host",
        "Orleans.Runtime.InsideRuntimeClient",
        "Orleans.Runtime.Silo",
        "Orleans.Runtime.SiloLifecycleSubject",
        "Orleans.Runtime.ReminderService.LocalReminderService",
        "IoTOrleans.Silo.Reminders.ReminderService",
        "Orleans.Runtime.MembershipService.MembershipTableManager",

        // On a busy machine the first turns take long.
        "Orleans.Runtime.Scheduler.WorkItemGroup",
        "IoTOrleans.Events.Watermarks.StallWatch",

        // Requests that come before the service is ready get an answer.
        "Microsoft.Extensions.Diagnostics.HealthChecks",
        "Microsoft.AspNetCore.Diagnostics",

        // A call that was under way when the start failed.
        "Orleans.Messaging",
        "Orleans.Grain",
        "IoTOrleans.Silo.Storage.MemoryCatalogue",
    ];

    public static WebApplicationBuilder CreateBuilder(string[] args, bool lan = false)
    {
        // The same output on every host: some cultures have another calendar.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

        if (!Directory.Exists("."))
            throw new StartupException("The folder that this was started from does not exist any more: change into one that does.");

        // Our own files are beside the program; data and the user's appsettings.json in the folder it was started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = QuietLogs });
        for (var i = 0; i < builder.Configuration.Sources.Count; i++)
        {
            if (builder.Configuration.Sources[i] is JsonConfigurationSource { Path: { } path } file
                && path.StartsWith("appsettings", StringComparison.Ordinal))
                builder.Configuration.Sources[i] = SettingsFileSource.Of(file);
        }

        if (LocalSettings() is not null)
        {
            builder.Configuration.AddLocalSettings();
            builder.Configuration.AddEnvironmentVariables();
            builder.Configuration.AddCommandLine(args);
        }

        if (ListenAddresses.From(builder.Configuration).Count == 0)
            builder.WebHost.UseUrls(lan ? ListenAddresses.Everywhere : ListenAddresses.Default);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Shutdown);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSystemd();
        return builder;
    }

    /// <summary>The user's <c>appsettings.json</c>, if there is one.</summary>
    public static IConfigurationBuilder AddLocalSettings(this IConfigurationBuilder configuration) => LocalSettings() is { } local
        ? configuration.Add(SettingsFileSource.Of(local)) : configuration;

    /// <summary>The user's <c>appsettings.json</c>; null: there is none.</summary>
    private static string? LocalSettings()
    {
        if (Environment.CurrentDirectory == AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)) return null;
        var local = Path.Combine(Environment.CurrentDirectory, "appsettings.json");
        try
        {
            using var readable = File.OpenRead(local);
            return local;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var remedy = Directory.Exists(local)
                ? "it is a folder; remove it, or put a file there"
                : "let this user read it, or start from another folder";
            throw new StartupException($"{local} cannot be read ({exception.Message.TrimEnd('.')}): {remedy}.");
        }
    }

    public static void AddSiloLogging(this WebApplicationBuilder builder, LogFormat format)
    {
        builder.Logging.AddConsoleFormatter<LogLines, ConsoleFormatterOptions>();
        builder.Logging.AddConsoleFormatter<LogJson, ConsoleFormatterOptions>();
        builder.Logging.AddConsole(
            options => options.FormatterName = format == LogFormat.Json ? LogJson.FormatterName : LogLines.FormatterName);
        builder.Services.AddSingleton(new ConsoleNotifications(format == LogFormat.Json));

        // Startup explains a failed start in one line. These categories would repeat it with stacks.
        var started = false;
        builder.Services.AddHostedService(
            provider => new WhenStarted(provider.GetRequiredService<IHostApplicationLifetime>(), () => started = true));
        foreach (var category in TellStarts)
            builder.Logging.AddFilter(category, level => level >= (started ? LogLevel.Warning : LogLevel.Critical));
    }

    private sealed class WhenStarted(IHostApplicationLifetime lifetime, Action then) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStarted.Register(then);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
