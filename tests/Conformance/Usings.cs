global using Orleans.Storage;
global using Shouldly;
global using Xunit;
