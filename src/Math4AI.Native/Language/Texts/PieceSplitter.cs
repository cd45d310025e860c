using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Math4AI.Language.Texts;

/// <summary>Cuts texts into pieces, such as words with the space before them, within which tokens stay.</summary>
internal sealed partial class PieceSplitter
{
    /// <summary>GPT-2's pattern. Source: A. Radford et al. (2019), the encoder published with the model.</summary>
    public const string Gpt2 =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const char AnyOther = '\u2606';

    /// <summary>A pattern from a file may be one that never ends.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Characters within the first plane for those beyond it, which for the patterns of .NET would be two halves of no
    /// category.
    /// </summary>
    private static readonly Dictionary<UnicodeCategory, char> Representatives = new()
    {
        [UnicodeCategory.UppercaseLetter] = '\u00C0',
        [UnicodeCategory.LowercaseLetter] = '\u00E0',
        [UnicodeCategory.TitlecaseLetter] = '\u01C5',
        [UnicodeCategory.ModifierLetter] = '\u02B0',
        [UnicodeCategory.OtherLetter] = '\u01BB',
        [UnicodeCategory.NonSpacingMark] = '\u0300',
        [UnicodeCategory.SpacingCombiningMark] = '\u0903',
        [UnicodeCategory.EnclosingMark] = '\u0488',
        [UnicodeCategory.DecimalDigitNumber] = '\u0660',
        [UnicodeCategory.LetterNumber] = '\u2160',
        [UnicodeCategory.OtherNumber] = '\u00B2',
        [UnicodeCategory.OtherPunctuation] = '\u00A7',
    };

    private readonly Regex[] patterns;

    /// <summary>Takes patterns, each of which cuts what the one before it has left; none for whole texts.</summary>
    /// <exception cref="InvalidDataException">One of them is no pattern.</exception>
    public PieceSplitter(IReadOnlyList<string> patterns)
    {
        try
        {
            this.patterns = [.. patterns.Select(pattern => pattern == Gpt2
                ? Gpt2Pattern()
                : new Regex(pattern, RegexOptions.CultureInvariant, Longest))];
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"The tokenizer's pattern cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Returns where the pieces of a text lie, in order; together they are all of it.</summary>
    /// <exception cref="InvalidDataException">A pattern takes too long.</exception>
    public List<(int Start, int End)> Split(string text)
    {
        (string plain, int[]? places) = Plain(text);
        List<(int Start, int End)> pieces = plain.Length > 0 ? [(0, plain.Length)] : [];
        try
        {
            foreach (Regex pattern in patterns)
            {
                pieces = Cut(plain, pieces, pattern);
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InvalidDataException(
                $"The tokenizer's pattern needs more than {Longest.TotalSeconds} seconds for this text: '{e.Pattern}'.",
                e);
        }

        return places is null ? pieces : [.. pieces.Select(piece => (places[piece.Start], places[piece.End]))];
    }

    private static List<(int Start, int End)> Cut(string text, List<(int Start, int End)> pieces, Regex pattern)
    {
        var result = new List<(int Start, int End)>(pieces.Count);
        foreach ((int start, int end) in pieces)
        {
            // What no pattern matches is a piece too.
            int at = start;
            foreach (ValueMatch match in pattern.EnumerateMatches(text.AsSpan(start, end - start)))
            {
                int from = start + match.Index;
                if (from > at)
                {
                    result.Add((at, from));
                }

                at = from + match.Length;
                if (match.Length > 0)
                {
                    result.Add((from, at));
                }
            }

            if (at < end)
            {
                result.Add((at, end));
            }
        }

        return result;
    }

    /// <summary>
    /// Returns a text with one unit for each character, and where each began; null where nothing was replaced.
    /// </summary>
    private static (string Text, int[]? Places) Plain(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return (text, null);
        }

        var plain = new StringBuilder(text.Length);
        var places = new List<int>(text.Length + 1);
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            places.Add(at);
            plain.Append(rune.IsBmp
                ? (char)rune.Value
                : Representatives.GetValueOrDefault(Rune.GetUnicodeCategory(rune), AnyOther));
            at += rune.Utf16SequenceLength;
        }

        places.Add(at);
        return (plain.ToString(), [.. places]);
    }

    [GeneratedRegex(Gpt2, RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Pattern();
}
