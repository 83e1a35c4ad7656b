using IoTOrleans.Settings;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting;

public sealed class FileContentTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly FileContent<string> _content;
    private string? _wrong;

    public FileContentTests() => _content = new(_ => _wrong is null ? new(File.ReadAllText(_path), []) : new(null, [_wrong]), [_path]);

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Good_files_are_read_once_until_they_change()
    {
        Write("one");
        _content.Look()!.Value.ShouldBe("one");
        _content.Look().ShouldBeNull();
        Write("two");
        _content.Look()!.Value.ShouldBe("two");
        _content.Current.ShouldBe("two");
    }

    /// <summary>A certificate may not be valid yet, and a read may fail once.</summary>
    [Fact]
    public void Bad_files_are_read_again_though_they_have_not_changed_and_said_once()
    {
        Write("one");
        _content.Look();
        Write("two");
        _wrong = "not yet";
        _content.Look()!.Mistakes.ShouldBe(["not yet"]);
        _content.Look().ShouldBeNull();
        _content.Current.ShouldBe("one");
        _wrong = "something else";
        _content.Look()!.Mistakes.ShouldBe(["something else"]);
        _wrong = null;
        _content.Look()!.Value.ShouldBe("two");
        _content.Look().ShouldBeNull();
    }

    [Fact]
    public void After_an_exception_they_are_read_again()
    {
        Write("one");
        var fails = true;
        var content = new FileContent<string>(_ => fails ? throw new InvalidOperationException() : new("one", []), [_path]);
        Should.Throw<InvalidOperationException>(() => content.Look());
        fails = false;
        content.Look()!.Value.ShouldBe("one");
    }

    private void Write(string text) => File.WriteAllText(_path, text);
}
