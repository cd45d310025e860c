using System.Net;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Math4AI.Site;

/// <summary>The pages that are written in Markdown, and the programs that they link to.</summary>
internal sealed class MarkdownPages(string root)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).UseAutoLinks().Build();

    // Where each file of the repository stands in the site.
    private readonly Dictionary<string, string> names = [];

    /// <summary>Files that are copied as they are: the path in the repository, and the name in the site.</summary>
    public Dictionary<string, string> Copies { get; } = [];

    public IEnumerable<SitePage> All()
    {
        var files = new List<(string File, string Name, string Section)>
        {
            ("README.md", "index.html", "Start"),
            ("docs/getting-started.md", "getting-started.html", "Start"),
            ("docs/README.md", "pages.html", "Start"),
            ("docs/how-to-choose.md", "how-to-choose.html", "Start"),
            ("docs/deployment.md", "deployment.html", "Start"),
            ("docs/questions.md", "questions.html", "Start"),
        };
        files.AddRange(Directory.GetFiles(Path.Combine(root, "docs"), "*.md").Order(StringComparer.Ordinal)
            .Select(path => $"docs/{Path.GetFileName(path)}")
            .Where(file => files.TrueForAll(known => known.File != file))
            .Select(file => (file, Path.GetFileNameWithoutExtension(file) + ".html", "Pages")));
        files.Add(("benchmarks/README.md", "benchmarks.html", "Project"));
        files.Add(("CHANGELOG.md", "changelog.html", "Project"));
        files.Add(("CONTRIBUTING.md", "contributing.html", "Project"));
        files.Add(("THIRD-PARTY-NOTICES.md", "third-party-notices.html", "Project"));
        foreach ((string file, string name, _) in files)
        {
            names[file] = name;
        }

        string[] programs = Directory.GetFiles(Path.Combine(root, "docs", "examples"), "*.cs");
        foreach (string program in programs)
        {
            names[$"docs/examples/{Path.GetFileName(program)}"] = $"example-{Path.GetFileName(program)}.html";
        }

        return [.. files.Select(file => Page(file.File, file.Name, file.Section)),
            .. programs.Order(StringComparer.Ordinal).Select(Program)];
    }

    private SitePage Page(string file, string name, string section)
    {
        MarkdownDocument document = Markdown.Parse(File.ReadAllText(Path.Combine(root, file)), Pipeline);
        foreach (LinkInline link in document.Descendants<LinkInline>())
        {
            link.Url = Target(file, link.Url ?? string.Empty);
        }

        if (name == "benchmarks.html")
        {
            Bars.AddTo(document);
        }

        HeadingBlock heading = document.Descendants<HeadingBlock>().First();
        string title = string.Concat(heading.Inline!.Descendants<LiteralInline>().Select(text => text.ToString()));
        heading.GetAttributes().Id ??= "top";
        return new SitePage(name, title, section, document.ToHtml(Pipeline));
    }

    // A link of a Markdown file, as it is in the site: another page, or a file that the site gets a copy of.
    private string Target(string file, string url)
    {
        if (url.Length == 0 || url[0] == '#' || url.Contains("://", StringComparison.Ordinal))
        {
            return url;
        }

        string[] parts = url.Split('#', 2);
        string folder = Path.GetDirectoryName(file)!;
        string path = Path.GetRelativePath(root, Path.GetFullPath(Path.Combine(root, folder, parts[0])));
        if (!names.TryGetValue(path, out string? name))
        {
            name = Path.GetFileName(path);
            Copies[path] = name;
        }

        return parts.Length > 1 ? $"{name}#{parts[1]}" : name;
    }

    private SitePage Program(string path)
    {
        string name = Path.GetFileName(path);
        string body = $"<h1 id=\"top\">{name}</h1>\n<p>Run it with <code>dotnet run docs/examples/{name}</code>.</p>\n"
            + $"<pre><code class=\"language-csharp\">{WebUtility.HtmlEncode(File.ReadAllText(path))}</code></pre>\n";
        return new SitePage(names[$"docs/examples/{name}"], name, "Programs", body);
    }
}
