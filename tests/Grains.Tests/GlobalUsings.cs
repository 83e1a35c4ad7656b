global using Shouldly;
global using Xunit;
global using static IoTOrleans.Grains.Tests.Durations;
