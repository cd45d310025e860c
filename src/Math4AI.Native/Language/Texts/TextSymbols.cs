using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Tokenizers;

namespace Math4AI.Language.Texts;

/// <summary>Names the units into which a text is split.</summary>
public enum TextUnit
{
    /// <summary>Characters.</summary>
    Character,

    /// <summary>
    /// Byte pairs of GPT-2: a frequent word is one symbol. Only the pairs that occur in the text are used.
    /// </summary>
    BytePair,
}

/// <summary>Texts as numbers of symbols, and back.</summary>
internal abstract class TextSymbols
{
    /// <summary>How many symbols there are.</summary>
    public abstract int Count { get; }

    /// <summary>The symbols of a text; what is none of them is left out.</summary>
    public abstract long[] Encode(string text);

    /// <summary>The text of symbols that come one by one; a piece is handed on when its characters are whole.</summary>
    public abstract IEnumerable<string> Decode(IEnumerable<int> symbols);
}

/// <summary>A symbol for each character.</summary>
internal sealed class Characters(string characters) : TextSymbols
{
    private readonly Dictionary<char, int> numbers =
        characters.Select((symbol, i) => (symbol, i)).ToDictionary(pair => pair.symbol, pair => pair.i);

    public override int Count => characters.Length;

    public override long[] Encode(string text) =>
        [.. text.Where(numbers.ContainsKey).Select(symbol => (long)numbers[symbol])];

    public override IEnumerable<string> Decode(IEnumerable<int> symbols) =>
        symbols.Select(symbol => characters[symbol].ToString());
}

/// <summary>
/// A symbol for each byte pair of GPT-2 that is used. Source: R. Sennrich, B. Haddow and A. Birch, ACL (2016).
/// </summary>
internal sealed class BytePairs(IReadOnlyList<int> used) : TextSymbols
{
    /// <summary>The byte pairs of GPT-2.</summary>
    public const int VocabularySize = 50257;

    private const int MaxBytesOfACharacter = 4;
    private const char Unfinished = '\uFFFD';

    private static readonly Lazy<TiktokenTokenizer> Tokenizer = new(() => TiktokenTokenizer.CreateForModel("gpt2"));

    private readonly Dictionary<int, int> numbers =
        used.Select((pair, i) => (pair, i)).ToDictionary(pair => pair.pair, pair => pair.i);

    public override int Count => used.Count;

    /// <summary>The byte pairs that a text has, in order.</summary>
    public static int[] In(string text) => [.. Tokenizer.Value.EncodeToIds(text).Distinct().Order()];

    public override long[] Encode(string text) =>
        [.. Tokenizer.Value.EncodeToIds(text).Where(numbers.ContainsKey).Select(pair => (long)numbers[pair])];

    [SuppressMessage("Globalization", "CA1307", Justification = "The search is for one character.")]
    public override IEnumerable<string> Decode(IEnumerable<int> symbols)
    {
        var pending = new List<int>();
        foreach (int symbol in symbols)
        {
            pending.Add(used[symbol]);
            string text = Tokenizer.Value.Decode(pending) ?? string.Empty;
            if (!text.EndsWith(Unfinished) || pending.Count >= MaxBytesOfACharacter)
            {
                yield return text;
                pending.Clear();
            }
        }
    }
}
