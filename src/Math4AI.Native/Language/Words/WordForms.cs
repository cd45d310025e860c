using System.Text;

namespace Math4AI.Language.Words;

/// <summary>How a word is written: its capitals, and the punctuation at its ends.</summary>
internal static class WordForms
{
    private const double Few = 0.05;

    /// <summary>
    /// Says of words as they are written how many of them are other words than they seem to be; null where these are
    /// few.
    /// </summary>
    /// <param name="words">The words.</param>
    public static string? Remark(IReadOnlyList<string> words)
    {
        var all = words.ToHashSet();
        bool IsMarked(string word) => Inner(word) is { Length: > 0 } inner
            && (inner != word || (inner.ToLowerInvariant() is var lower && lower != word && all.Contains(lower)));
        string[] marked = [.. words.Where(IsMarked)];
        return marked.Length <= Few * words.Count
            ? null
            : $"{marked.Length} of {words.Count} words, such as '{marked[0]}', have punctuation at an end, or differ "
            + "from another one in capitals alone";
    }

    /// <summary>Returns a word without the punctuation at its ends.</summary>
    /// <param name="word">The word.</param>
    public static string Inner(string word)
    {
        Rune[] runes = [.. word.EnumerateRunes()];
        int start = Array.FindIndex(runes, PlainWords.IsOfWord), end = Array.FindLastIndex(runes, PlainWords.IsOfWord);
        return start < 0 ? string.Empty : string.Concat(runes[start..(end + 1)]);
    }
}
