using System.Runtime.CompilerServices;

namespace Math4AI.Language.Words;

/// <summary>
/// Draws words with given frequencies in constant time, and tells which occurrences to learn from. Source: M. D. Vose,
/// IEEE Trans. Softw. Eng. 17 (1991), the alias method.
/// </summary>
internal sealed class WordDraws
{
    private readonly (uint Least, int Other)[] columns;
    private readonly uint[] kept;

    /// <summary>Prepares the draws.</summary>
    /// <param name="counts">How often each word occurs.</param>
    /// <param name="smoothing">The power of the counts that words are drawn with.</param>
    /// <param name="sample">The frequency from which on occurrences are left out.</param>
    public WordDraws(IReadOnlyList<long> counts, double smoothing, double sample)
    {
        double total = counts.Sum();
        kept = [.. counts.Select(count => Threshold(
            Math.Sqrt(sample * total / count) + sample * total / count))];
        double[] heights = [.. counts.Select(count => Math.Pow(count, smoothing))];
        double mean = heights.Sum() / heights.Length;
        columns = new (uint, int)[heights.Length];
        var low = new Stack<int>(Enumerable.Range(0, heights.Length).Where(i => heights[i] < mean));
        var high = new Stack<int>(Enumerable.Range(0, heights.Length).Where(i => heights[i] >= mean));
        while (low.TryPop(out int poor))
        {
            // Rounding may leave a poor column without a rich one: it is full then.
            int rich = high.TryPeek(out int found) ? found : poor;
            columns[poor] = (Threshold(heights[poor] / mean), rich);
            heights[rich] -= mean - heights[poor];
            if (rich != poor && heights[rich] < mean)
            {
                low.Push(high.Pop());
            }
        }

        foreach (int rich in high)
        {
            columns[rich] = (uint.MaxValue, rich);
        }
    }

    /// <summary>Returns whether an occurrence of a word is learned from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Keeps(int word, ref ulong state) => kept[word] == uint.MaxValue || (uint)Next(ref state) < kept[word];

    /// <summary>Draws another word than the given one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Other(int word, ref ulong state)
    {
        int drawn;
        do
        {
            ulong bits = Next(ref state);
            int column = (int)((bits >> 32) * (ulong)columns.Length >> 32);
            drawn = (uint)bits <= columns[column].Least ? column : columns[column].Other;
        }
        while (drawn == word);

        return drawn;
    }

    /// <summary>The next 64 random bits. Source: S. Vigna's splitmix64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Next(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static uint Threshold(double probability) =>
        (uint)Math.Clamp(probability * 4294967296.0, 0.0, uint.MaxValue);
}
