using System.Text;

namespace Math4AI.Features.Texts;

/// <summary>The terms of a text: words, or sequences of words or characters.</summary>
internal static class Terms
{
    private const int MinWord = 2;

    /// <summary>All sequences of 1 to n words.</summary>
    public static IEnumerable<string> Words(string text, int length)
    {
        List<string> words = Words(text);
        for (int n = 1; n <= length; n++)
        {
            for (int i = 0; i + n <= words.Count; i++)
            {
                yield return n == 1 ? words[i] : string.Join(' ', words.GetRange(i, n));
            }
        }
    }

    /// <summary>All sequences of n characters.</summary>
    public static IEnumerable<string> Characters(string text, int length)
    {
        // By runes: a character beyond U+FFFF is one.
        string[] characters =
            [.. string.Join(' ', text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .EnumerateRunes().Select(rune => rune.ToString())];
        for (int i = 0; i + length <= characters.Length; i++)
        {
            yield return string.Concat(characters.AsSpan(i, length));
        }
    }

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        int count = 0;
        foreach (Rune rune in text.ToLowerInvariant().EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value == '_')
            {
                word.Append(rune.ToString());
                count++;
                continue;
            }

            Close();
        }

        Close();
        return words;

        void Close()
        {
            if (count >= MinWord)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            count = 0;
        }
    }
}
