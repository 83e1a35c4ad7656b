global using IoTOrleans.Conformance;
global using IoTOrleans.DynamoDB.Tests.Support;
global using Shouldly;
global using Xunit;
