using IoTOrleans.Silo.Hosting.Commands;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting;

/// <summary>The health check of a container asks where its service listens.</summary>
public sealed class HealthQuestionTests
{
    [Theory]
    [InlineData("", "", "http://127.0.0.1:8080")]
    [InlineData("http_ports", "8081", "http://127.0.0.1:8081")]
    [InlineData("http_ports", "8081;8082", "http://127.0.0.1:8081")]
    [InlineData("urls", "http://+:8081", "http://127.0.0.1:8081")]
    [InlineData("urls", "http://[::]:8081", "http://127.0.0.1:8081")]
    [InlineData("urls", "https://+:8443;http://localhost:8081", "http://127.0.0.1:8081")]
    [InlineData("urls", "http://127.0.0.2:8081", "http://127.0.0.2:8081")]
    [InlineData("urls", "http://unix:/run/iot-orleans.sock", "http://127.0.0.1:8080")]
    public void It_asks_where_the_service_listens(string setting, string value, string address) => HealthQuestion.AddressBy(
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(setting, (string?)value)]).Build()).ShouldBe(address);
}
