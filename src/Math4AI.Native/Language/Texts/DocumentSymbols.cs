namespace Math4AI.Language.Texts;

/// <summary>The symbols of documents, and one more that stands before each of them.</summary>
/// <param name="inner">The symbols of a document.</param>
/// <param name="separator">What stands between documents in a text.</param>
internal sealed class DocumentSymbols(TextSymbols inner, string separator) : TextSymbols
{
    /// <summary>The symbol that a document begins with.</summary>
    public int Boundary => inner.Count;

    public override int Count => inner.Count + 1;

    public override IReadOnlyList<int> Beginning => [Boundary];

    /// <summary>Cuts symbols into documents, each with the symbol that begins the next and so ends it.</summary>
    /// <param name="all">The symbols.</param>
    /// <param name="boundary">The symbol that a document begins with; null for one document.</param>
    public static IEnumerable<int[]> Cut(int[] all, int? boundary)
    {
        for (int first = 0, end; first < all.Length; first = end)
        {
            end = boundary is { } symbol && Array.IndexOf(all, symbol, first + 1) is >= 0 and var next
                ? next : all.Length;
            yield return all[first..Math.Min(all.Length, end + 1)];
        }
    }

    /// <summary>Returns the symbols of some documents, the one that begins a document between them.</summary>
    public override long[] Encode(string text) =>
        [.. text.Split(separator).SelectMany((document, i) =>
            i == 0 ? inner.Encode(document) : inner.Encode(document).Prepend(Boundary))];

    public override IReadOnlyList<string> Unknown(string text) =>
        [.. text.Split(separator).SelectMany(inner.Unknown).Distinct()];

    /// <summary>No text has the symbol between documents: it ends there.</summary>
    public override SymbolReader NewReader() => inner.NewReader();
}
