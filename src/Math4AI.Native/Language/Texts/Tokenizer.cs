using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Math4AI.Data;

namespace Math4AI.Language.Texts;

/// <summary>
/// Texts as numbers of tokens by byte pairs, and back. Tokens of bytes take any text: <c>Decode(Encode(text))</c> is
/// the text. Source: R. Sennrich, B. Haddow and A. Birch, ACL (2016); with bytes in place of characters, A. Radford et
/// al. (2019).
/// </summary>
public sealed class Tokenizer
{
    private const int Bytes = 256;
    private const int LongestKept = 64;
    private const int MostKept = 1 << 16;
    private const char Space = '\u2581';

    private readonly TokenizerDescription about;
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly byte[]?[] bytes;
    private readonly int[] ofByte = new int[Bytes];
    private readonly MergeRules rules = new();
    private readonly PieceSplitter splitter;
    private readonly SearchValues<string>? added;
    private readonly int[] addedLengths;
    private readonly ConcurrentDictionary<string, int[]> kept = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">The parts do not fit together.</exception>
    internal Tokenizer(TokenizerDescription about)
    {
        this.about = about;
        splitter = new PieceSplitter(about.Patterns);
        bytes = [.. about.Tokens.Select(BytesOf)];
        for (int i = 0; i < about.Tokens.Count; i++)
        {
            if (about.Tokens[i] is { } token && !numbers.TryAdd(token, i))
            {
                throw new InvalidDataException($"The tokenizer has the token '{token}' twice.");
            }
        }

        foreach ((string text, int number) in about.Added)
        {
            bytes[number] = Encoding.UTF8.GetBytes(text);
        }

        for (int i = 0; i < Bytes; i++)
        {
            string name = about.IsOfBytes ? ByteAlphabet.Of(i).ToString() : ByteName(i);
            ofByte[i] = numbers.GetValueOrDefault(name, -1);
        }

        foreach ((string left, string right) in about.Merges)
        {
            AddRule(left, right);
        }

        added = about.Added.Count > 0 ? SearchValues.Create([.. about.Added.Keys], StringComparison.Ordinal) : null;
        addedLengths = [.. about.Added.Keys.Select(text => text.Length).Distinct().OrderDescending()];
    }

    /// <summary>Gets how many tokens there are: their numbers are below it.</summary>
    public int Count => about.Tokens.Count;

    /// <summary>Gets the tokens that a text to be continued begins with, such as Llama's &lt;s&gt;.</summary>
    public IReadOnlyList<int> Beginning => about.Beginning;

    /// <summary>
    /// Finds byte pairs for a text: bytes, and the most frequent pairs within words as further tokens.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="count">
    /// The number of tokens, from 256; there are fewer if no other pair occurs twice.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 256.</exception>
    public static Tokenizer Train(string text, int count)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, Bytes);
        (IReadOnlyList<string> tokens, IReadOnlyList<(string, string)> merges) = MergeTraining.Of(text, count);
        return new Tokenizer(new TokenizerDescription { Tokens = tokens, Merges = merges });
    }

    /// <summary>
    /// Reads a tokenizer: tokenizer.json, or vocab.json and merges.txt as GPT-2 has them. Tokens of bytes (GPT-2,
    /// Llama 3) are read, and those of characters that fall back to bytes (Llama 2).
    /// </summary>
    /// <param name="path">A folder, or the file tokenizer.json.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">
    /// It is damaged, or of another kind; the message says where and why.
    /// </exception>
    public static Tokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return TokenizerFile.Read(path);
    }

    /// <summary>Writes tokenizer.json, which the programs of others read too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <exception cref="IOException">The file exists, or it cannot be written.</exception>
    public void Save(string path, bool replace = false)
    {
        byte[] content = about.Source ?? TokenizerFile.Write(about);
        FileTransaction.WriteOne(path, replace, partial => File.WriteAllBytes(partial, content));
    }

    /// <summary>Returns the tokens of a text; see <see cref="UnknownIn"/>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="InvalidDataException">The tokenizer's pattern takes too long.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var result = new List<int>(text.Length / 2);
        Encode(text, result, unknown: null);
        return [.. result];
    }

    /// <summary>
    /// Returns what of a text has no token, each once; it is left out of <see cref="Encode(string)"/>. A tokenizer that
    /// has all bytes knows everything.
    /// </summary>
    /// <param name="text">The text.</param>
    public IReadOnlyList<string> UnknownIn(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var unknown = new HashSet<string>();
        Encode(text, [], unknown);
        return [.. unknown];
    }

    /// <summary>Returns the text of tokens; bytes that are no text become U+FFFD.</summary>
    /// <param name="tokens">Their numbers.</param>
    /// <exception cref="ArgumentException">A number is not between 0 and the count.</exception>
    public string Decode(IEnumerable<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var all = new List<byte>();
        foreach (int token in tokens)
        {
            all.AddRange(token >= 0 && token < Count ? BytesOf(token) : throw new ArgumentException(
                $"There is a token {token}; the tokenizer's are 0 to {Count - 1}."));
        }

        string text = Encoding.UTF8.GetString([.. all]);
        return about.HasSpaceFirst && text.StartsWith(' ') ? text[1..] : text;
    }

    /// <summary>Returns the bytes of a token; none where a number has no token.</summary>
    internal byte[] BytesOf(int token) => bytes[token] ?? [];

    /// <summary>Gets the rules as the description of a model keeps them.</summary>
    internal IReadOnlyList<string> Merges => [.. about.Merges.Select(merge => $"{merge.Left} {merge.Right}")];

    /// <summary>Makes a trained tokenizer from its rules.</summary>
    /// <exception cref="InvalidDataException">They are none.</exception>
    internal static Tokenizer Of(IReadOnlyList<string> merges)
    {
        List<string> tokens = [.. Enumerable.Range(0, Bytes).Select(i => ByteAlphabet.Of(i).ToString())];
        (string Left, string Right)[] pairs = [.. merges.Select(TokenizerFile.Merge)];
        tokens.AddRange(pairs.Select(pair => pair.Left + pair.Right));
        return new Tokenizer(new TokenizerDescription { Tokens = [.. tokens.Distinct()], Merges = pairs });
    }

    private static string ByteName(int value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    private byte[]? BytesOf(string? token)
    {
        if (token is null)
        {
            return null;
        }

        if (about.IsOfBytes)
        {
            return ByteAlphabet.Read(token) ?? Encoding.UTF8.GetBytes(token);
        }

        bool isByte = token.Length == ByteName(0).Length && token.StartsWith("<0x", StringComparison.Ordinal)
            && token.EndsWith('>');
        return isByte && byte.TryParse(
            token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            ? [value]
            : Encoding.UTF8.GetBytes(token.Replace(Space, ' '));
    }

    private void AddRule(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
        {
            throw new InvalidDataException("The tokenizer has a merge of nothing.");
        }

        foreach (string token in (string[])[left, right, left + right])
        {
            if (!numbers.ContainsKey(token))
            {
                throw new InvalidDataException(
                    $"The tokenizer merges '{left}' and '{right}', and has no token '{token}'.");
            }
        }

        if (!rules.Add(numbers[left], numbers[right], numbers[left + right]))
        {
            throw new InvalidDataException($"The tokenizer merges '{left}' and '{right}' twice.");
        }
    }

    private void Encode(string text, List<int> result, HashSet<string>? unknown)
    {
        int at = 0;
        while (at < text.Length)
        {
            int next = added is null ? -1 : text.AsSpan(at).IndexOfAny(added);
            int end = next < 0 ? text.Length : at + next;
            EncodePlain(text[at..end], result, unknown);
            at = end;
            if (at < text.Length)
            {
                string token = addedLengths.Where(length => at + length <= text.Length)
                    .Select(length => text.Substring(at, length)).First(about.Added.ContainsKey);
                result.Add(about.Added[token]);
                at += token.Length;
            }
        }
    }

    private void EncodePlain(string text, List<int> result, HashSet<string>? unknown)
    {
        if (text.Length == 0)
        {
            return;
        }

        text = about.IsComposed && !text.IsNormalized() ? text.Normalize() : text;
        text = about.HasSpaceFirst ? " " + text : text;
        text = about.IsOfBytes ? text : text.Replace(' ', Space);
        ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> lookup =
            kept.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach ((int start, int end) in splitter.Split(text))
        {
            ReadOnlySpan<char> piece = text.AsSpan(start, end - start);
            if (!lookup.TryGetValue(piece, out int[]? tokens))
            {
                int before = unknown?.Count ?? 0;
                tokens = TokensOf(piece, unknown);
                if (piece.Length <= LongestKept && kept.Count < MostKept && (unknown?.Count ?? -1) == before)
                {
                    lookup.TryAdd(piece, tokens);
                }
            }

            result.AddRange(tokens);
        }
    }

    private int[] TokensOf(ReadOnlySpan<char> piece, HashSet<string>? unknown)
    {
        byte[] utf8 = new byte[Encoding.UTF8.GetByteCount(piece)];
        Encoding.UTF8.GetBytes(piece, utf8);
        string name = about.IsOfBytes ? ByteAlphabet.Write(utf8) : piece.ToString();
        if (about.TakesWholePieces && numbers.TryGetValue(name, out int whole))
        {
            return [whole];
        }

        var tokens = new List<int>(name.Length);
        foreach (Rune rune in name.EnumerateRunes())
        {
            Begin(rune, tokens, unknown);
        }

        int[] all = [.. tokens];
        return all[..rules.Apply(all)];
    }

    /// <summary>Adds the token of a character, or those of its bytes.</summary>
    private void Begin(Rune rune, List<int> tokens, HashSet<string>? unknown)
    {
        string text = rune.ToString();
        if (numbers.TryGetValue(text, out int number))
        {
            tokens.Add(number);
            return;
        }

        byte[] parts = about.IsOfBytes ? ByteAlphabet.Read(text)! : Encoding.UTF8.GetBytes(text);
        if (parts.Any(part => ofByte[part] < 0))
        {
            unknown?.Add(about.IsOfBytes ? ByteName(parts[0]) : text);
        }
        else
        {
            tokens.AddRange(parts.Select(part => ofByte[part]));
        }
    }
}
