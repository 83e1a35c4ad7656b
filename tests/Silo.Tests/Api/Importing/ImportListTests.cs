using System.IO.Pipelines;
using System.Text;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Silo.Api.Importing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Importing;

/// <summary>Lists as people pipe them, and lists that are none.</summary>
public sealed class ImportListTests
{
    [Theory]
    [InlineData("{\"thingName\":\"rpi-1\"}\n{\"thingName\":\"rpi-2\"}\n", "rpi-1,rpi-2")]
    [InlineData("{\"thingName\":\"rpi-1\"}", "rpi-1")]
    [InlineData("{\"attributes\":{\"thingName\":\"no\"},\"thingName\":\"rpi-1\",\"version\":3}\r\n\r\n", "rpi-1")]
    [InlineData("rpi-1\nrpi-2\n", "rpi-1,rpi-2")]
    [InlineData("\uFEFFrpi-1\r\n  rpi-2\t\r\n", "rpi-1,rpi-2")]
    [InlineData("倉庫\n{\"thingName\":\"\\u5009\"}\nsite 1/door\n", "倉庫,倉,site 1/door")]
    [InlineData("\n \n", "")]
    public async Task Names_are_taken_as_they_stand(string text, string names)
    {
        var (list, stored) = await Read(text);
        list.Refused.ShouldBe(0);
        string.Join(',', stored).ShouldBe(names);
        list.IsEmpty.ShouldBe(names.Length == 0);
    }

    [Theory]
    [InlineData("{", "take --query 'things[].[thingName]' --output text")]
    [InlineData("{\"thing\":\"rpi-1\"}", "no thingName")]
    [InlineData("{\"thingName\":7}", "no thingName")]
    [InlineData("{\"thingName\":\"\"}", "empty")]
    [InlineData("{\"thingName\":\"\\ud800\"}", "surrogate")]
    [InlineData("{\"thingName\":\"a\",\"thingName\":\"b\"}", "twice")]
    [InlineData("a\u0007b", "U+0007")]
    public async Task A_bad_line_is_named_and_nothing_is_stored_from_there_on(string line, string detail)
    {
        var (list, stored) = await Read($"good\n{line}\n\n{line}\ngood again\n");
        stored.ShouldBeEmpty();
        list.Refused.ShouldBe(2);
        list.Errors.Select(error => error.Line).ShouldBe([2, 4]);
        list.Errors[0].Detail.ShouldContain(detail);
    }

    [Fact]
    public async Task Of_ten_thousand_bad_lines_a_hundred_are_named()
    {
        var (list, _) = await Read(string.Concat(Enumerable.Repeat("{}\n", 10_000)));
        (list.Refused, list.Errors.Count).ShouldBe((10_000, ImportList.MostErrors));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task A_line_without_an_end_is_not_kept_in_memory(int names)
    {
        var endless = new EndlessStream(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("rpi\n", names)) + "{\"thingName\":\""));
        var list = new ImportList(new ThingFilter([], []));
        await list.Read(PipeReader.Create(endless), _ => Task.CompletedTask, TestContext.Current.CancellationToken);
        list.Errors.ShouldHaveSingleItem().Line.ShouldBe(names + 1);
        endless.Given.ShouldBeLessThan((names * 4) + 200_000);
    }

    [Fact]
    public async Task Long_lists_come_page_by_page()
    {
        var pages = new List<int>();
        var list = new ImportList(new ThingFilter([], []));
        var text = string.Concat(Enumerable.Range(0, 3500).Select(n => $"thing-{n}\n"));
        await list.Read(PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes(text))), page =>
        {
            pages.Add(page.Count);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
        pages.ShouldBe([1000, 1000, 1000, 500]);
        list.Names.ShouldBe(3500);

        pages.Clear();
        text = string.Concat(Enumerable.Range(0, 500).Select(n => $"{n:d3}{new string('倉', 120)}\n"));
        await list.Read(PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes(text))), page =>
        {
            pages.Add(page.Count);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
        pages.ShouldEachBe(count => count <= 200);
    }

    [Fact]
    public async Task What_the_settings_leave_out_is_counted_and_not_taken()
    {
        var list = new ImportList(new ThingFilter(["rpi-*"], ["rpi-2"]));
        var stored = new List<string>();
        await list.Read(PipeReader.Create(new MemoryStream("rpi-1\nrpi-2\ndoor\n"u8.ToArray())), page =>
        {
            stored.AddRange(page);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
        stored.ShouldBe(["rpi-1"]);
        (list.Names, list.LeftOut, list.IsEmpty).ShouldBe((1, 2, false));
    }

    private static async Task<(ImportList List, List<string> Stored)> Read(string text)
    {
        var list = new ImportList(new ThingFilter([], []));
        var stored = new List<string>();
        await list.Read(PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes(text))), page =>
        {
            stored.AddRange(page);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
        return (list, stored);
    }

    /// <summary>A beginning, and then one letter for ever.</summary>
    private sealed class EndlessStream(byte[] beginning) : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            for (var i = 0; i < count; i++, Given++) buffer[offset + i] = Given < beginning.Length ? beginning[Given] : (byte)'x';
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
