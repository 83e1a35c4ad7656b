using System.Diagnostics.Metrics;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Telemetry;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Telemetry;

public sealed class MetricsDocumentTests(EverythingMeasured all) : IClassFixture<EverythingMeasured>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_instrument_is_documented_with_its_type_and_unit_and_nothing_else_is() =>
        all.Instruments.Select(one => $"{one.Name} {TypeOf(one)} {one.Unit}".TrimEnd()).Distinct()
            .ShouldBe(DocumentedMetric.All.Select(one => $"{one.Name} {one.Type} {one.Unit}".TrimEnd()), ignoreOrder: true);

    /// <summary>No silo of a test has all of these parts, or none. The name of a metric says which part it is about.</summary>
    [Fact]
    public void What_a_metric_is_only_there_with_is_what_it_is_about() =>
        DocumentedMetric.All.Select(metric => (metric.Name, metric.OnlyWith)).ShouldBe(
            DocumentedMetric.All.Select(metric => (metric.Name, metric.Name.Split('.')[1] switch
            {
                "sqs" or "blind" => "SQS",
                "dynamodb" => "DynamoDB",
                "broker" => "the broker",
                _ => "",
            })));

    [Fact]
    public async Task Prometheus_sees_the_documented_names_types_and_tags()
    {
        var scrape = new Scrape(await all.Http.GetStringAsync("/metrics", Cancel));
        scrape.Types.Where(type => type.Key.StartsWith("iot_orleans_", StringComparison.Ordinal))
            .Select(type => $"{type.Key} {type.Value}")
            .ShouldBe(DocumentedMetric.All.Select(one => $"{one.Prometheus} {one.Type}"), ignoreOrder: true);
        foreach (var metric in DocumentedMetric.All)
        {
            var name = metric.Type == "histogram" ? $"{metric.Prometheus}_count" : metric.Prometheus;
            var tags = scrape.Samples.Where(sample => sample.Name == name).SelectMany(sample => sample.Labels.Keys);
            tags.Where(tag => !tag.StartsWith("otel_", StringComparison.Ordinal)).Distinct().ShouldBe(metric.Tags, ignoreOrder: true, metric.Name);
        }
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_complain_of()
    {
        var text = await all.Http.GetStringAsync("/metrics", Cancel);
        var file = Path.GetTempFileName();
        try
        {
            var ours = text.Split('\n').Where(line => line.Contains("iot_orleans_", StringComparison.Ordinal));
            await File.WriteAllTextAsync(file, string.Join('\n', ours) + "\n", Cancel);
            var checkedBy = await Command.Run(
                Path.GetTempPath(), TimeSpan.FromMinutes(1), "sh", "-c", $"promtool check metrics < {file}")
                ?? throw new InvalidOperationException("There is no sh.");
            if (checkedBy.ExitCode == 127) throw Prerequisite.Missing("This test needs promtool: install the package prometheus.");
            checkedBy.Output.ShouldBeEmpty();
            checkedBy.ExitCode.ShouldBe(0);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string TypeOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" => "counter",
        "UpDownCounter" or "ObservableGauge" => "gauge",
        "Histogram" => "histogram",
        var other => other,
    };
}
