using System.Diagnostics.CodeAnalysis;
using System.Text;
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

    /// <summary>Byte pairs that are found in the training part of the text; they take any text.</summary>
    TrainedBytePair,
}

/// <summary>Texts as numbers of symbols, and back.</summary>
internal abstract class TextSymbols
{
    /// <summary>How many symbols there are.</summary>
    public abstract int Count { get; }

    /// <summary>The symbols that every text to be continued begins with.</summary>
    public virtual IReadOnlyList<int> Beginning => [];

    /// <summary>The symbols of a text; what is none of them is left out.</summary>
    public abstract long[] Encode(string text);

    /// <summary>What of a text is no symbol, each once.</summary>
    public abstract IReadOnlyList<string> Unknown(string text);

    /// <summary>Returns what reads the symbols of one text.</summary>
    public abstract SymbolReader NewReader();
}

/// <summary>Reads symbols that come one by one as text.</summary>
internal abstract class SymbolReader
{
    /// <summary>Adds a symbol, and returns the characters that are whole with it.</summary>
    public abstract string Add(int symbol);
}

/// <summary>
/// A symbol for each character of Unicode: one beyond the first plane, such as an emoji, is one symbol too, since half
/// of one is no text.
/// </summary>
internal sealed class Characters(string characters) : TextSymbols
{
    private readonly Rune[] runes = [.. characters.EnumerateRunes()];

    private readonly Dictionary<Rune, int> numbers = characters.EnumerateRunes()
        .Select((symbol, i) => (symbol, i)).ToDictionary(pair => pair.symbol, pair => pair.i);

    public override int Count => runes.Length;

    /// <summary>The characters that some texts have, each once and in order.</summary>
    public static string In(IEnumerable<string> texts) =>
        string.Concat(texts.SelectMany(text => text.EnumerateRunes()).Distinct().Order());

    /// <summary>How many characters a text has.</summary>
    public static int CountOf(string text) => text.EnumerateRunes().Count();

    public override long[] Encode(string text) =>
        [.. text.EnumerateRunes().Where(numbers.ContainsKey).Select(symbol => (long)numbers[symbol])];

    public override IReadOnlyList<string> Unknown(string text) =>
        [.. text.EnumerateRunes().Where(rune => !numbers.ContainsKey(rune)).Distinct().Select(rune => rune.ToString())];

    public override SymbolReader NewReader() => new Reader(runes);

    private sealed class Reader(Rune[] runes) : SymbolReader
    {
        public override string Add(int symbol) => runes[symbol].ToString();
    }
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

    public override IReadOnlyList<string> Unknown(string text) =>
        [.. Tokenizer.Value.EncodeToTokens(text, out _).Where(token => !numbers.ContainsKey(token.Id))
            .Select(token => token.Value).Distinct()];

    public override SymbolReader NewReader() => new Reader(used);

    private sealed class Reader(IReadOnlyList<int> used) : SymbolReader
    {
        private readonly List<int> pending = [];

        [SuppressMessage("Globalization", "CA1307", Justification = "The search is for one character.")]
        public override string Add(int symbol)
        {
            pending.Add(used[symbol]);
            string text = Tokenizer.Value.Decode(pending) ?? string.Empty;
            if (text.EndsWith(Unfinished) && pending.Count < MaxBytesOfACharacter)
            {
                return string.Empty;
            }

            pending.Clear();
            return text;
        }
    }
}

/// <summary>The tokens of a tokenizer.</summary>
internal sealed class TokenizerSymbols(Tokenizer tokenizer) : TextSymbols
{
    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer => tokenizer;

    public override int Count => tokenizer.Count;

    public override IReadOnlyList<int> Beginning => tokenizer.Beginning;

    public override long[] Encode(string text) => [.. tokenizer.Encode(text).Select(token => (long)token)];

    public override IReadOnlyList<string> Unknown(string text) => tokenizer.UnknownIn(text);

    public override SymbolReader NewReader() => new Reader(tokenizer);

    private sealed class Reader(Tokenizer tokenizer) : SymbolReader
    {
        /// <summary>Bytes of a character that is not whole yet stay in it.</summary>
        private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

        public override string Add(int symbol)
        {
            // A model may have more numbers than its tokenizer has tokens.
            byte[] bytes = symbol < tokenizer.Count ? tokenizer.BytesOf(symbol) : [];
            char[] text = new char[decoder.GetCharCount(bytes, flush: false)];
            decoder.GetChars(bytes, text, flush: false);
            return new string(text);
        }
    }
}
