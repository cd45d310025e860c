using System.Text;

namespace Math4AI.Language.Texts;

/// <summary>
/// Finds the rules of byte pairs for a text: the pair of neighbors that is most frequent within pieces becomes a token,
/// again and again; of equally frequent ones that of the lower numbers. Source: R. Sennrich, B. Haddow and A. Birch,
/// ACL (2016). Only the pieces that hold a pair are looked at again.
/// </summary>
internal sealed class MergeTraining
{
    private const int Bytes = 256;
    private const int LeastOften = 2;

    private readonly List<(int[] Tokens, long Count)> pieces = [];
    private readonly Dictionary<(int Left, int Right), long> counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> places = [];

    private readonly PriorityQueue<(int Left, int Right), (long Count, int Left, int Right)> waiting =
        new(Comparer<(long Count, int Left, int Right)>.Create((a, b) => a.Count != b.Count
            ? b.Count.CompareTo(a.Count)
            : (a.Left, a.Right).CompareTo((b.Left, b.Right))));

    private MergeTraining(string text)
    {
        var counted = new Dictionary<string, long>();
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup =
            counted.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach ((int start, int end) in new PieceSplitter([PieceSplitter.Gpt2]).Split(text))
        {
            ReadOnlySpan<char> piece = text.AsSpan(start, end - start);
            lookup[piece] = (lookup.TryGetValue(piece, out long before) ? before : 0) + 1;
        }

        foreach ((string piece, long count) in counted.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            int[] tokens = [.. Encoding.UTF8.GetBytes(piece).Select(one => (int)one)];
            pieces.Add((tokens, count));
            Change(pieces.Count - 1, tokens, count);
        }

        foreach (((int left, int right), long count) in counts)
        {
            waiting.Enqueue((left, right), (count, left, right));
        }
    }

    /// <summary>Returns tokens, bytes first, and the pairs that make them, written in the alphabet of bytes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="count">The most tokens; there are fewer if no other pair occurs twice.</param>
    public static (IReadOnlyList<string> Tokens, IReadOnlyList<(string Left, string Right)> Merges) Of(
        string text, int count)
    {
        var training = new MergeTraining(text);
        List<string> tokens = [.. Enumerable.Range(0, Bytes).Select(i => ByteAlphabet.Of(i).ToString())];
        Dictionary<string, int> numbers = tokens.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var merges = new List<(string Left, string Right)>();
        while (tokens.Count < count && training.Next() is { } pair)
        {
            // Two pairs can make the same token.
            string made = tokens[pair.Left] + tokens[pair.Right];
            if (numbers.TryAdd(made, tokens.Count))
            {
                tokens.Add(made);
            }

            training.Merge(pair, numbers[made]);
            merges.Add((tokens[pair.Left], tokens[pair.Right]));
        }

        return (tokens, merges);
    }

    private (int Left, int Right)? Next()
    {
        while (waiting.TryDequeue(out (int Left, int Right) pair, out (long Count, int Left, int Right) old))
        {
            long now = counts.GetValueOrDefault(pair);
            if (now == old.Count)
            {
                return now >= LeastOften ? pair : null;
            }

            // Counts only fall while a pair waits, apart from pairs with the token made, which are added anew.
            if (now >= LeastOften)
            {
                waiting.Enqueue(pair, (now, pair.Left, pair.Right));
            }
        }

        return null;
    }

    private void Merge((int Left, int Right) pair, int token)
    {
        var made = new HashSet<(int Left, int Right)>();
        foreach (int i in places[pair].ToArray())
        {
            (int[] before, long count) = pieces[i];
            int[] after = Merged(before, pair, token);
            Change(i, before, -count);
            pieces[i] = (after, count);
            Change(i, after, count);
            for (int j = 1; j < after.Length; j++)
            {
                (int Left, int Right) next = (after[j - 1], after[j]);
                if (next.Left == token || next.Right == token)
                {
                    made.Add(next);
                }
            }
        }

        foreach ((int Left, int Right) next in made)
        {
            waiting.Enqueue(next, (counts[next], next.Left, next.Right));
        }

        counts.Remove(pair);
        places.Remove(pair);
    }

    private void Change(int piece, int[] tokens, long count)
    {
        for (int j = 1; j < tokens.Length; j++)
        {
            (int Left, int Right) pair = (tokens[j - 1], tokens[j]);
            counts[pair] = counts.GetValueOrDefault(pair) + count;
            if (!places.TryGetValue(pair, out HashSet<int>? where))
            {
                places[pair] = where = [];
            }

            _ = count > 0 ? where.Add(piece) : where.Remove(piece);
        }
    }

    private static int[] Merged(int[] tokens, (int Left, int Right) pair, int token)
    {
        var result = new List<int>(tokens.Length);
        for (int j = 0; j < tokens.Length; j++)
        {
            bool isPair = tokens[j] == pair.Left && j + 1 < tokens.Length && tokens[j + 1] == pair.Right;
            result.Add(isPair ? token : tokens[j]);
            j += isPair ? 1 : 0;
        }

        return [.. result];
    }
}
