using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Math4AI.Site;

/// <summary>The reference: a page for each namespace and for each public type.</summary>
/// <param name="api">The public types.</param>
/// <param name="documentation">What is written about them.</param>
/// <param name="programs">The identifiers in each program of docs/examples, by the page of the program.</param>
internal sealed class ApiPages(
    PublicApi api, Documentation documentation, IReadOnlyDictionary<string, HashSet<string>> programs)
{
    public IEnumerable<SitePage> All()
    {
        foreach (INamedTypeSymbol type in api.Types)
        {
            documentation.Urls[type.GetDocumentationCommentId()!] = FileOf(type);
            foreach (ISymbol member in PublicApi.MembersOf(type))
            {
                documentation.Urls[member.GetDocumentationCommentId()!] = $"{FileOf(type)}#{Anchor(member)}";
            }
        }

        return [.. api.Types.GroupBy(NamespaceOf).OrderBy(group => group.Key, StringComparer.Ordinal).Select(Namespace),
            .. api.Types.Select(TypePage)];
    }

    private static string NamespaceOf(INamedTypeSymbol type) => type.ContainingNamespace.ToDisplayString();

    private static string NameOf(INamedTypeSymbol type) => type.ContainingType is null
        ? type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)
        : $"{NameOf(type.ContainingType)}.{type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}";

    private static string FileOf(INamedTypeSymbol type) =>
        $"api-{type.GetDocumentationCommentId()![2..].Replace('`', '-')}.html";

    private static string Anchor(ISymbol member)
    {
        string id = member.GetDocumentationCommentId()!;
        string own = id[(member.ContainingType.GetDocumentationCommentId()!.Length + 1)..];
        return Regex.Replace(own, "[^A-Za-z0-9]+", "-").Trim('-');
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private SitePage Namespace(IGrouping<string, INamedTypeSymbol> types)
    {
        var body = new StringBuilder($"<h1 id=\"top\">{types.Key}</h1>\n<table><thead><tr><th>type</th>"
            + "<th>what it is</th></tr></thead><tbody>\n");
        foreach (INamedTypeSymbol type in types.OrderBy(NameOf, StringComparer.Ordinal))
        {
            body.Append($"<tr><td><a href=\"{FileOf(type)}\"><code>{Encode(NameOf(type))}</code></a></td><td>")
                .Append(documentation.Html(documentation.Of(type)?.Element("summary"))).Append("</td></tr>\n");
        }

        body.Append("</tbody></table>\n");
        return new SitePage($"api-{types.Key}.html", types.Key, "Reference", body.ToString());
    }

    private SitePage TypePage(INamedTypeSymbol type)
    {
        string name = NameOf(type), home = NamespaceOf(type);
        var body = new StringBuilder($"<p class=\"path\"><a href=\"api-{home}.html\">{home}</a></p>\n")
            .Append($"<h1 id=\"top\">{Encode(name)}</h1>\n")
            .Append($"<pre><code>{Encode(PublicApi.Declaration(type))}</code></pre>\n");
        AppendComment(body, documentation.Of(type));
        string[] shown = [.. programs.Where(program => program.Value.Contains(type.Name))
            .Select(program => $"<a href=\"{program.Key}\">{Encode(program.Key[8..^5])}</a>")];
        if (shown.Length > 0)
        {
            body.Append($"<p>Programs that use it: {string.Join(", ", shown)}.</p>\n");
        }

        foreach (IGrouping<string, ISymbol> group in PublicApi.MembersOf(type).GroupBy(PublicApi.GroupOf))
        {
            body.Append($"<h2 id=\"{group.Key.ToLowerInvariant()}\">{group.Key}</h2>\n");
            foreach (ISymbol member in group.OrderBy(member => member.Name, StringComparer.Ordinal))
            {
                string title = member is IMethodSymbol { MethodKind: MethodKind.Constructor } ? type.Name : member.Name;
                body.Append($"<h3 id=\"{Anchor(member)}\">{Encode(title)}</h3>\n")
                    .Append($"<pre><code>{Encode(PublicApi.Declaration(member))}</code></pre>\n");
                AppendComment(body, documentation.Of(member));
            }
        }

        return new SitePage(FileOf(type), name, "Types", body.ToString());
    }

    private void AppendComment(StringBuilder body, XElement? comment)
    {
        if (comment is null)
        {
            return;
        }

        AppendParagraph(body, string.Empty, comment.Element("summary"));
        AppendList(body, comment.Elements("typeparam").Concat(comment.Elements("param")), "name");
        AppendParagraph(body, "<b>Returns</b> ", comment.Element("returns"));
        AppendParagraph(body, string.Empty, comment.Element("value"));
        AppendParagraph(body, string.Empty, comment.Element("remarks"));
        if (comment.Element("exception") is not null)
        {
            body.Append("<p><b>Throws</b></p>\n");
            AppendList(body, comment.Elements("exception"), "cref");
        }
    }

    private void AppendParagraph(StringBuilder body, string title, XElement? element)
    {
        if (documentation.Html(element) is { Length: > 0 } html)
        {
            body.Append($"<div class=\"text\">{title}{html}</div>\n");
        }
    }

    private void AppendList(StringBuilder body, IEnumerable<XElement> elements, string key)
    {
        string items = string.Concat(elements.Select(element =>
        {
            string name = element.Attribute(key)?.Value ?? string.Empty;
            return $"<dt><code>{Encode(name[(name.LastIndexOf('.') + 1)..])}</code></dt>"
                + $"<dd>{documentation.Html(element)}</dd>\n";
        }));
        body.Append(items.Length > 0 ? $"<dl>\n{items}</dl>\n" : string.Empty);
    }
}
