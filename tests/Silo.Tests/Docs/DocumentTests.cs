using System.Text.RegularExpressions;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Docs;

/// <summary>What GitHub shows: links that lead somewhere, and translations that keep up with their originals.</summary>
public sealed partial class DocumentTests
{
    [Theory]
    [InlineData("README.md", "README.ja.md")]
    [InlineData("docs/from-the-article.md", "docs/from-the-article.ja.md")]
    public void A_translation_keeps_up_with_its_original(string original, string translation)
    {
        var (english, japanese) = (Document.Read(original), Document.Read(translation));
        japanese.Code.ShouldBe(english.Code, "the code blocks, without comments");
        japanese.Headings.Select(heading => heading.Level).ShouldBe(english.Headings.Select(heading => heading.Level));
        japanese.TableWidths.ShouldBe(english.TableWidths, "the rows and columns of the tables");
        japanese.Links.Select(InEnglish).Order().ShouldBe(english.Links.Select(InEnglish).Order(), "the links");
    }

    [Fact]
    public void Every_link_between_documents_leads_somewhere() =>
        Documents().SelectMany(path => Document.Read(path).DeadLinks.Select(link => $"{path}: {link}")).ShouldBeEmpty();

    /// <summary>A table that says which test shows something is worth nothing once the test is gone.</summary>
    [Theory]
    [InlineData("SECURITY.md")]
    [InlineData("docs/testing.md")]
    public void Every_test_that_a_document_names_exists(string path)
    {
        var named = TestName().Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Path, path))).Select(match => match.Groups[1].Value);
        var files = Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "tests"), "*.cs", SearchOption.AllDirectories)
            .Select(Path.GetFileNameWithoutExtension).ToHashSet();
        named.Distinct().ShouldNotBeEmpty();
        named.Distinct().Where(name => !files.Contains(name)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("[a](docs/settings.md#globs) [b](docs/settings.md) [c](docs)", 0)]
    [InlineData("[a](docs/settings.md#glob)", 1)]
    [InlineData("[a](docs/setting.md) [b](docs/setting.md#globs)", 2)]
    [InlineData("# Ein Ziel\n[a](#ein-ziel) [b](https://example.com/nothing)\n```\n[c](nothing.md)\n```", 0)]
    public void A_dead_link_is_found(string text, int dead) => Document.Read("README.md", text).DeadLinks.Count().ShouldBe(dead);

    private static IEnumerable<string> Documents() =>
        new[] { ".", "docs", "docs/decisions", "deploy", "deploy/monitoring" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(RepositoryRoot.Path, folder), "*.md"))
            .Select(file => Path.GetRelativePath(RepositoryRoot.Path, file));

    [GeneratedRegex("`([A-Za-z]+(?:Tests|Properties))`")]
    private static partial Regex TestName();

    /// <summary>A translation links to translations and pictures in its language, and each to the other.</summary>
    private static string InEnglish(string link) => link.Replace(".ja.", ".", StringComparison.Ordinal);
}
