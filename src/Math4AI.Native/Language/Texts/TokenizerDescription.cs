namespace Math4AI.Language.Texts;

/// <summary>What a tokenizer is made of.</summary>
internal sealed record TokenizerDescription
{
    /// <summary>Gets the tokens by number, as the file writes them; null where a number has none.</summary>
    public required IReadOnlyList<string?> Tokens { get; init; }

    /// <summary>Gets the rules, the first first.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>Gets the tokens that are taken out of a text before all others, whole.</summary>
    public IReadOnlyDictionary<string, int> Added { get; init; } = new Dictionary<string, int>();

    /// <summary>Gets the patterns of the pieces.</summary>
    public IReadOnlyList<string> Patterns { get; init; } = [PieceSplitter.Gpt2];

    /// <summary>
    /// Gets whether tokens are bytes in their alphabet; otherwise they are characters with U+2581 for a space, and
    /// &lt;0x00&gt; to &lt;0xFF&gt; for the bytes of others.
    /// </summary>
    public bool IsOfBytes { get; init; } = true;

    /// <summary>Gets whether a space is put before a text, and taken away again.</summary>
    public bool HasSpaceFirst { get; init; }

    /// <summary>Gets whether a piece that is a token is that token, whatever the rules make of it.</summary>
    public bool TakesWholePieces { get; init; }

    /// <summary>Gets whether texts are normalized by Unicode's form C.</summary>
    public bool IsComposed { get; init; }

    /// <summary>Gets the tokens that a text to be continued begins with.</summary>
    public IReadOnlyList<int> Beginning { get; init; } = [];

    /// <summary>Gets the file that it was read from; null where it was trained.</summary>
    public byte[]? Source { get; init; }
}
