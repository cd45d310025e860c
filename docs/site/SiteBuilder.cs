using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Math4AI.Site;

/// <summary>
/// Makes the site: pages that open from disk, with a search whose index is a script, since a page from disk may not
/// fetch files.
/// </summary>
internal sealed class SiteBuilder
{
    private static readonly string[] Documented = ["Math4AI.Native", "Math4AI.Reporting"];

    private static readonly JsonSerializerOptions Readable =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string root;
    private readonly SitePage[] pages;
    private readonly Dictionary<string, string> copies;

    /// <param name="root">The repository.</param>
    /// <param name="assemblies">The folder of the built assemblies, their documentation and all that they need.</param>
    public SiteBuilder(string root, string assemblies)
    {
        this.root = root;
        var markdown = new MarkdownPages(root);
        SitePage[] written = [.. markdown.All()];
        copies = markdown.Copies;
        var programs = written.Where(page => page.Section == "Programs").ToDictionary(
            page => page.File,
            page => Regex.Matches(page.Body, "[A-Za-z_][A-Za-z0-9_]*").Select(match => match.Value).ToHashSet());
        var documentation = new Documentation(Documented.Select(name => Path.Combine(assemblies, name + ".xml")));
        pages = [.. written, .. new ApiPages(new PublicApi(assemblies, Documented), documentation, programs).All()];
    }

    public int PageCount => pages.Length;

    /// <summary>Writes the site into a folder, in place of what is there.</summary>
    public void Write(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        foreach (SitePage page in pages)
        {
            File.WriteAllText(Path.Combine(folder, page.File), Document(page));
        }

        foreach ((string from, string to) in copies.Where(copy => File.Exists(Path.Combine(root, copy.Key))))
        {
            File.Copy(Path.Combine(root, from), Path.Combine(folder, to));
        }

        foreach (string asset in new[] { "site.css", "site.js" })
        {
            File.WriteAllText(Path.Combine(folder, asset), Asset(asset));
        }

        string index = JsonSerializer.Serialize(
            pages.SelectMany(page => page.Parts()).Select(part => new[] { part.Title, part.Url, part.Text }),
            Readable);
        File.WriteAllText(Path.Combine(folder, "index.js"), $"window.siteIndex = {index};\n");
    }

    private static string Asset(string name)
    {
        using var reader = new StreamReader(typeof(SiteBuilder).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private string Document(SitePage page) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{WebUtility.HtmlEncode(page.Title)} · Math4AI.Native</title>
        <link rel="stylesheet" href="site.css">
        </head>
        <body>
        <header>
        <a class="home" href="index.html">Math4AI.Native</a>
        <input id="search" type="search" placeholder="Search" aria-label="Search the documentation">
        <a class="menu" href="#navigation">Contents</a>
        </header>
        <div id="found" role="region" aria-live="polite" hidden></div>
        <div class="columns">
        <main>
        {page.Body}
        </main>
        <nav id="navigation">
        {Navigation(page)}
        </nav>
        </div>
        <script src="index.js" defer></script>
        <script src="site.js" defer></script>
        </body>
        </html>

        """;

    private string Navigation(SitePage current)
    {
        var html = new StringBuilder();
        foreach (IGrouping<string, SitePage> section in pages.GroupBy(page => page.Section)
            .Where(group => group.Key != "Types"))
        {
            html.Append($"<h2>{section.Key}</h2>\n<ul>\n");
            foreach (SitePage page in section)
            {
                string mark = page == current ? " aria-current=\"page\"" : string.Empty;
                html.Append($"<li><a href=\"{page.File}\"{mark}>{WebUtility.HtmlEncode(page.Title)}</a></li>\n");
            }

            html.Append("</ul>\n");
        }

        return html.ToString();
    }
}
