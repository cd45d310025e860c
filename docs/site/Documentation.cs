using System.Net;
using System.Text;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Math4AI.Site;

/// <summary>The documentation comments of the assemblies, as HTML.</summary>
internal sealed class Documentation
{
    private readonly Dictionary<string, XElement> comments = [];

    /// <param name="files">The files of documentation beside the assemblies.</param>
    public Documentation(IEnumerable<string> files)
    {
        foreach (XElement member in files.SelectMany(
            file => XDocument.Load(file, LoadOptions.PreserveWhitespace).Descendants("member")))
        {
            comments[member.Attribute("name")!.Value] = member;
        }
    }

    /// <summary>The page and place of each documented symbol, by its identifier in the comments.</summary>
    public Dictionary<string, string> Urls { get; } = [];

    /// <summary>The comment of a symbol, or the one that it inherits.</summary>
    public XElement? Of(ISymbol symbol)
    {
        XElement? own = comments.GetValueOrDefault(symbol.GetDocumentationCommentId() ?? string.Empty);
        if (own is not null && own.Element("inheritdoc") is null)
        {
            return own;
        }

        string? named = own?.Element("inheritdoc")?.Attribute("cref")?.Value;
        return named is not null && comments.TryGetValue(named, out XElement? other)
            ? other
            : Bases(symbol).Select(Of).FirstOrDefault(comment => comment is not null) ?? own;
    }

    /// <summary>The content of an element as HTML, or nothing.</summary>
    public string Html(XElement? element)
    {
        var html = new StringBuilder();
        Append(html, element?.Nodes() ?? []);
        return html.ToString().Trim();
    }

    private static IEnumerable<ISymbol> Bases(ISymbol symbol)
    {
        ISymbol? overridden = symbol switch
        {
            IMethodSymbol method => method.OverriddenMethod,
            IPropertySymbol property => property.OverriddenProperty,
            _ => null,
        };
        if (overridden is not null)
        {
            yield return overridden;
        }

        foreach (ISymbol member in symbol.ContainingType?.AllInterfaces
            .SelectMany(type => type.GetMembers(symbol.Name)) ?? [])
        {
            if (SymbolEqualityComparer.Default.Equals(
                symbol.ContainingType!.FindImplementationForInterfaceMember(member), symbol))
            {
                yield return member.OriginalDefinition;
            }
        }
    }

    private void Append(StringBuilder html, IEnumerable<XNode> nodes)
    {
        foreach (XNode node in nodes)
        {
            if (node is XText text)
            {
                html.Append(WebUtility.HtmlEncode(text.Value));
            }
            else if (node is XElement element)
            {
                Append(html, element);
            }
        }
    }

    private void Append(StringBuilder html, XElement element)
    {
        string? name = (element.Attribute("name") ?? element.Attribute("langword"))?.Value;
        if (element.Name == "see" || element.Name == "seealso")
        {
            html.Append(Reference(element));
        }
        else if (name is not null)
        {
            html.Append($"<code>{WebUtility.HtmlEncode(name)}</code>");
        }
        else
        {
            string tag = element.Name.LocalName switch
            {
                "c" => "code",
                "code" => "pre",
                "para" => "p",
                "list" => "ul",
                "item" => "li",
                "b" => "b",
                "i" => "i",
                "br" => "br",
                _ => "span",
            };
            html.Append($"<{tag}>");
            Append(html, element.Nodes());
            html.Append(tag == "br" ? string.Empty : $"</{tag}>");
        }
    }

    private string Reference(XElement element)
    {
        if (element.Attribute("href")?.Value is { } address)
        {
            string shown = element.Value.Length > 0 ? element.Value : address;
            return $"<a href=\"{WebUtility.HtmlEncode(address)}\">{WebUtility.HtmlEncode(shown)}</a>";
        }

        string id = (element.Attribute("cref") ?? element.Attribute("langword"))?.Value ?? string.Empty;
        string text = element.Value.Length > 0 ? element.Value : ShortName(id);
        string code = $"<code>{WebUtility.HtmlEncode(text)}</code>";
        return Urls.TryGetValue(id, out string? url) ? $"<a href=\"{url}\">{code}</a>" : code;
    }

    // The name at the end of an identifier such as M:Math4AI.Fitting.FitProblem.Fit(System.String).
    private static string ShortName(string id)
    {
        string name = id.Length > 1 && id[1] == ':' ? id[2..] : id;
        int end = name.IndexOf('(', StringComparison.Ordinal);
        name = (end < 0 ? name : name[..end]).Replace(".#ctor", string.Empty, StringComparison.Ordinal);
        name = name[(name.LastIndexOf('.') + 1)..];
        int generic = name.IndexOf('`', StringComparison.Ordinal);
        return generic < 0 ? name : name[..generic];
    }
}
