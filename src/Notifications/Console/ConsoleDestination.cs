namespace IoTOrleans.Notifications.Console;

/// <summary>
/// Writes one line to the terminal, which begins unlike any log line. It cannot know whether anybody reads there, so it accepts everything.
/// </summary>
internal sealed class ConsoleDestination(TextWriter output, bool json, TimeProvider time) : IDestination
{
    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var terms = section.Terms(rate: "0");
        return services => services.AddDestination(section, terms, provider => new ConsoleDestination(
            System.Console.Out, provider.GetService<ConsoleNotifications>()?.AsJson == true, provider.GetRequiredService<TimeProvider>()));
    }

    public async Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        // One write, so that no log line gets in between.
        await output.WriteAsync($"{(json ? Json(message) : Line(message))}\n".AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        return DeliveryAnswer.Accepted();
    }

    private static string Line(OutgoingMessage message)
    {
        var link = message.Link is { } url ? $" {url}" : "";
        return Characters.Visible($"{message.Subject}{link} ({message.ThreadKey})".ReplaceLineEndings(" "));
    }

    private string Json(OutgoingMessage message)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("Timestamp", time.GetUtcNow());
            writer.WriteTrace();
            using var body = JsonDocument.Parse(message.Json);
            writer.WritePropertyName("Notification");
            body.RootElement.WriteTo(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
