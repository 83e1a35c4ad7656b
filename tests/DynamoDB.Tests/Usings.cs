global using IoTOrleans.Conformance;
global using IoTOrleans.DynamoDB.Tables;
global using IoTOrleans.DynamoDB.Tests.Support;
global using IoTOrleans.Testing.Http;
global using Orleans.Storage;
global using Shouldly;
global using Xunit;
