namespace Math4AI.Unsupervised.Clusters;

/// <summary>Compares two ways to divide the same samples into groups, whatever the names of the groups.</summary>
public static class ClusterAgreement
{
    /// <summary>
    /// Computes the adjusted Rand index: the share of pairs on which the two agree, less what chance gives; 1 for the
    /// same groups, 0 on average for random ones. Equals <c>sklearn.metrics.adjusted_rand_score</c>. Source: L. Hubert,
    /// P. Arabie, "Comparing partitions", Journal of Classification 2 (1985).
    /// </summary>
    /// <param name="first">The group of each sample.</param>
    /// <param name="second">The other group of each sample.</param>
    /// <exception cref="ArgumentException">The lengths differ, or there is no sample.</exception>
    public static double AdjustedRand<T1, T2>(IReadOnlyList<T1> first, IReadOnlyList<T2> second)
        where T1 : notnull
        where T2 : notnull
    {
        (double[] cells, double[] rows, double[] columns) = Counts(first, second);
        static double Pairs(double[] counts) => counts.Sum(count => count * (count - 1.0) / 2.0);
        double all = first.Count * (first.Count - 1.0) / 2.0;
        double expected = all > 0.0 ? Pairs(rows) * Pairs(columns) / all : 0.0;
        double most = (Pairs(rows) + Pairs(columns)) / 2.0;
        return most == expected ? 1.0 : (Pairs(cells) - expected) / (most - expected);
    }

    /// <summary>
    /// Computes the normalized mutual information, 2 I(X; Y) / (H(X) + H(Y)): 1 for the same groups, 0 for independent
    /// ones. Equals <c>sklearn.metrics.normalized_mutual_info_score</c>.
    /// </summary>
    /// <param name="first">The group of each sample.</param>
    /// <param name="second">The other group of each sample.</param>
    /// <exception cref="ArgumentException">The lengths differ, or there is no sample.</exception>
    public static double NormalizedInformation<T1, T2>(IReadOnlyList<T1> first, IReadOnlyList<T2> second)
        where T1 : notnull
        where T2 : notnull
    {
        (double[] cells, double[] rows, double[] columns) = Counts(first, second);
        double n = first.Count;
        double Entropy(double[] counts) => -counts.Sum(count => count / n * Math.Log(count / n));
        double sum = Entropy(rows) + Entropy(columns);
        return sum == 0.0 ? 1.0 : Math.Max(0.0, 2.0 * (sum - Entropy(cells)) / sum);
    }

    private static (double[] Cells, double[] Rows, double[] Columns) Counts<T1, T2>(
        IReadOnlyList<T1> first, IReadOnlyList<T2> second)
        where T1 : notnull
        where T2 : notnull
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count || first.Count == 0)
        {
            throw new ArgumentException(
                $"There are {first.Count} and {second.Count} groups of samples: the same number is needed, and at "
                + "least one.");
        }

        return (
            [.. first.Zip(second).CountBy(pair => pair).Select(pair => (double)pair.Value)],
            [.. first.CountBy(group => group).Select(pair => (double)pair.Value)],
            [.. second.CountBy(group => group).Select(pair => (double)pair.Value)]);
    }
}
