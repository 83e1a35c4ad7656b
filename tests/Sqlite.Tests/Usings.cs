global using IoTOrleans.Conformance;
global using IoTOrleans.Sqlite.Tests.Support;
global using Shouldly;
global using Xunit;
