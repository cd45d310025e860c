using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Math4AI.Site;

/// <summary>
/// Keeps the comments of what can be used from outside an assembly. The compiler writes those of internal and private
/// members into the same file, and editors would load and ship them all.
/// </summary>
internal static class PublicDocumentation
{
    /// <param name="folder">The folder of the assembly and of all that it needs.</param>
    /// <param name="file">The file of documentation, which is replaced; it has the assembly's name.</param>
    /// <returns>The numbers of comments that stayed and that went.</returns>
    public static (int Kept, int Removed) Keep(string folder, string file)
    {
        Compilation compilation = PublicApi.Open(folder, [Path.GetFileNameWithoutExtension(file)]).Compilation;
        XDocument text = XDocument.Load(file, LoadOptions.PreserveWhitespace);
        ILookup<bool, XElement> members = text.Descendants("member").ToLookup(member => IsSeen(
            DocumentationCommentId.GetFirstSymbolForDeclarationId(member.Attribute("name")!.Value, compilation)));
        var hidden = members[false].ToDictionary(member => member.Attribute("name")!.Value);
        foreach (XElement heir in members[true])
        {
            // What is inherited from a comment that goes stays with the one that inherits it.
            if (heir.Element("inheritdoc")?.Attribute("cref")?.Value is { } named
                && hidden.TryGetValue(named, out XElement? source))
            {
                heir.ReplaceNodes(source.Nodes());
            }
        }

        foreach (XElement member in hidden.Values)
        {
            (member.PreviousNode as XText)?.Remove();
            member.Remove();
        }

        // In the place of the file, not into it: it can be a link to the one that the compiler wrote.
        text.Save(file + ".new", SaveOptions.DisableFormatting);
        File.Move(file + ".new", file, overwrite: true);
        return (members[true].Count(), hidden.Count);
    }

    private static bool IsSeen(ISymbol? symbol) => symbol switch
    {
        null => false,
        INamespaceSymbol => true,
        _ => symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected
            or Accessibility.ProtectedOrInternal && IsSeen(symbol.ContainingSymbol),
    };
}
