global using IoTOrleans.Conformance;
global using IoTOrleans.DynamoDB.Tests.Support;
global using IoTOrleans.Testing.Http;
global using Shouldly;
global using Xunit;
