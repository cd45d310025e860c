namespace Math4AI.Probability.Information;

/// <summary>
/// Corrects the probabilities of many tests for their number, so that of what is found at a level, that share is false
/// at most, on average. Source: Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995).
/// </summary>
public static class FalseDiscoveries
{
    /// <summary>
    /// Returns adjusted probabilities in the order of those given, min over j ≥ i of m p₍j₎/j: what has at most q is
    /// found at a share q of false discoveries.
    /// </summary>
    /// <param name="probabilities">
    /// The p-value of each test, of independent tests or of positively dependent ones.
    /// </param>
    /// <exception cref="ArgumentException">A number is not between 0 and 1.</exception>
    public static double[] Adjusted(IReadOnlyList<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        if (probabilities.Any(p => !(p is >= 0.0 and <= 1.0)))
        {
            throw new ArgumentException("Probabilities are between 0 and 1.", nameof(probabilities));
        }

        int m = probabilities.Count;
        int[] order = [.. Enumerable.Range(0, m).OrderBy(i => probabilities[i])];
        double[] adjusted = new double[m];
        double least = 1.0;
        for (int rank = m; rank >= 1; rank--)
        {
            least = Math.Min(least, probabilities[order[rank - 1]] * m / rank);
            adjusted[order[rank - 1]] = least;
        }

        return adjusted;
    }
}
