global using IoTOrleans.Conformance;
global using IoTOrleans.Sqlite.Tests.Support;
global using Orleans.Storage;
global using Shouldly;
global using Xunit;
