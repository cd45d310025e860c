namespace Math4AI.Language.Texts;

/// <summary>
/// Rules that make one token of two neighbors, the first rule first, and of equal ones the leftmost. Source: R.
/// Sennrich, B. Haddow and A. Birch, ACL (2016).
/// </summary>
internal sealed class MergeRules
{
    private readonly Dictionary<long, (int Rank, int Result)> rules = [];

    /// <summary>Adds a rule after those that there are.</summary>
    /// <returns>False if there is a rule for the two already.</returns>
    public bool Add(int left, int right, int result) => rules.TryAdd(Pair(left, right), (rules.Count, result));

    /// <summary>Applies the rules to the tokens of a piece, in place, in time n log n.</summary>
    /// <returns>How many tokens are left, at the front.</returns>
    public int Apply(Span<int> tokens)
    {
        int[] next = new int[tokens.Length], previous = new int[tokens.Length];
        var waiting = new PriorityQueue<(int At, int Left, int Right), long>();
        for (int i = 0; i < tokens.Length; i++)
        {
            (next[i], previous[i]) = (i + 1, i - 1);
            Offer(tokens, waiting, i, i + 1);
        }

        while (waiting.TryDequeue(out (int At, int Left, int Right) rule, out _))
        {
            int at = rule.At, second = next[at];
            if (tokens[at] != rule.Left || second == tokens.Length || tokens[second] != rule.Right)
            {
                continue;
            }

            (tokens[at], tokens[second]) = (rules[Pair(rule.Left, rule.Right)].Result, -1);
            next[at] = next[second];
            if (next[at] < tokens.Length)
            {
                previous[next[at]] = at;
            }

            Offer(tokens, waiting, at, next[at]);
            if (previous[at] >= 0)
            {
                Offer(tokens, waiting, previous[at], at);
            }
        }

        int count = 0;
        for (int i = 0; i < tokens.Length; i = next[i])
        {
            tokens[count++] = tokens[i];
        }

        return count;
    }

    private void Offer(
        ReadOnlySpan<int> tokens, PriorityQueue<(int At, int Left, int Right), long> waiting, int at, int second)
    {
        if (second < tokens.Length
            && rules.TryGetValue(Pair(tokens[at], tokens[second]), out (int Rank, int Result) rule))
        {
            waiting.Enqueue((at, tokens[at], tokens[second]), ((long)rule.Rank << 32) | (uint)at);
        }
    }

    private static long Pair(int left, int right) => ((long)left << 32) | (uint)right;
}
