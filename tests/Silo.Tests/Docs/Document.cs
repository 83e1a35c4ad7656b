using System.Text.RegularExpressions;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Silo.Tests.Docs;

/// <summary>A Markdown file of this repository, as far as tests compare it.</summary>
internal sealed class Document
{
    private readonly string _folder;

    private Document(string path, IEnumerable<string> lines)
    {
        _folder = Path.GetDirectoryName(path)!;
        var fence = "";
        foreach (var line in lines.Select(line => line.TrimEnd()))
        {
            var trimmed = line.TrimStart();
            if (trimmed.StartsWith("```", StringComparison.Ordinal)) fence = fence.Length == 0 ? "```" : "";
            else if (fence.Length > 0) Code.Add(WithoutComment(trimmed));
            else if (Regex.Match(line, "^(#+) (.*)$") is { Success: true } heading)
                Headings.Add((heading.Groups[1].Length, heading.Groups[2].Value));
            else Prose.Add(line);
        }
    }

    public static Document Read(string path) => Read(path, File.ReadAllText(Path.Combine(RepositoryRoot.Path, path)));

    public static Document Read(string path, string text) => new(Path.Combine(RepositoryRoot.Path, path), text.Split('\n'));

    /// <summary>The lines of all code blocks, without comments: a translation may translate them.</summary>
    public List<string> Code { get; } = [];

    public List<(int Level, string Text)> Headings { get; } = [];

    public List<string> Prose { get; } = [];

    public IEnumerable<string> Links =>
        Prose.SelectMany(line => Regex.Matches(line, @"\]\(([^)\s]+)\)")).Select(link => link.Groups[1].Value);

    public IEnumerable<int> TableWidths => Prose.Where(line => line.StartsWith('|')).Select(line => line.Count(letter => letter == '|'));

    /// <summary>Links to files or headings that do not exist.</summary>
    public IEnumerable<string> DeadLinks => Links.Where(link => !link.Contains("://", StringComparison.Ordinal) && !Leads(link));

    private bool Leads(string link)
    {
        var parts = link.Split('#', 2);
        var target = Path.GetFullPath(Path.Combine(_folder, parts[0]));
        if (parts.Length == 1) return File.Exists(target) || Directory.Exists(target);
        var headings = parts[0].Length == 0 ? Headings : File.Exists(target) ? Read(target).Headings : [];
        return headings.Any(heading => Anchor(heading.Text) == parts[1]);
    }

    /// <summary>As GitHub makes it: letters and digits of any script, and a hyphen for each space.</summary>
    private static string Anchor(string heading) =>
        Regex.Replace(heading.ToLowerInvariant(), @"[^\p{L}\p{N}_ -]", "").Replace(' ', '-');

    private static string WithoutComment(string line) => Regex.Replace(line, "(^|\\s+)# .*$", "");
}
