namespace IoTOrleans.Silo.Api.Access;

/// <summary>Who changed what: a log line for each change that a person or program made over HTTP.</summary>
internal sealed partial class Acts(IGrainFactory grains, ILogger<Acts> logger)
{
    private const string Anybody = "Somebody without a key";

    public void PolicySet(HttpContext context, string thingName) => LogPolicySet(By(context), thingName);

    public void PolicyRemoved(HttpContext context, string thingName) => LogPolicyRemoved(By(context), thingName);

    public void Forgotten(HttpContext context, string thingName) => LogForgotten(By(context), thingName);

    public void Imported(HttpContext context, string id, int names) => LogImported(By(context), id, names);

    public async Task MuteSet(HttpContext context, Mute mute)
    {
        LogMuteSet(By(context), mute.Id, What(mute));
        await WriteDown(context, mute, isSet: true);
    }

    public async Task MuteRemoved(HttpContext context, Mute mute)
    {
        LogMuteRemoved(By(context), mute.Id, What(mute));
        await WriteDown(context, mute, isSet: false);
    }

    private static string By(HttpContext context) => Caller.NameOf(context) ?? Anybody;

    private static string What(Mute mute) => mute switch
    {
        { Thing: { } thing } => thing,
        { Glob: { } glob } => $"all that match {glob}",
        _ => $"all with {mute.Attribute?.Name}={mute.Attribute?.Value}",
    };

    /// <summary>A mute of many things is not written into the history of each: it names its author in the list of mutes.</summary>
    private async Task WriteDown(HttpContext context, Mute mute, bool isSet)
    {
        if (mute.Thing is not { } thing) return;
        try
        {
            await grains.GetGrain<IDeviceGrain>(thing).MuteChanged(isSet, Caller.NameOf(context));
        }
        catch (Exception exception)
        {
            // The mute itself is stored.
            LogNotInHistory(exception, thing, mute.Id);
        }
    }

    [LoggerMessage(LogLevel.Information, "{By} set the policy of {ThingName}.")]
    private partial void LogPolicySet(string by, string thingName);

    [LoggerMessage(LogLevel.Information, "{By} removed the policy of {ThingName}.")]
    private partial void LogPolicyRemoved(string by, string thingName);

    [LoggerMessage(LogLevel.Information, "{By} removed {ThingName}.")]
    private partial void LogForgotten(string by, string thingName);

    [LoggerMessage(LogLevel.Information, "{By} sent the import {Id} of {Names} names.")]
    private partial void LogImported(string by, string id, int names);

    [LoggerMessage(LogLevel.Information, "{By} set the mute {Id}: {What}.")]
    private partial void LogMuteSet(string by, string id, string what);

    [LoggerMessage(LogLevel.Information, "{By} removed the mute {Id}: {What}.")]
    private partial void LogMuteRemoved(string by, string id, string what);

    [LoggerMessage(LogLevel.Warning, "The mute {Id} of {ThingName} is stored, but its history could not be written.")]
    private partial void LogNotInHistory(Exception exception, string thingName, string id);
}
