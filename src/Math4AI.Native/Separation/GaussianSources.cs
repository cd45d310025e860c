namespace Math4AI.Separation;

/// <summary>
/// Sources whose densities cannot be told from normal ones. One of them is separated like any other; of several, every rotation is as
/// good, so that they are the part of the answer that is arbitrary, while the space that they span, and all other sources, are not.
/// Source: P. Comon, "Independent component analysis, a new concept?", Signal Processing 36 (1994), theorem 11; C. Jarque and A. Bera,
/// International Statistical Review 55 (1987), for the test.
/// </summary>
internal static class GaussianSources
{
    // χ² of two degrees of freedom exceeds it once in a thousand times.
    private const double Critical = 13.815510557964274;
    private const int FewestSamples = 100;

    /// <summary>The sources, from 0, for which n (S²/6 + K²/24), S the skewness and K the kurtosis, is not significant.</summary>
    public static IReadOnlyList<int> Find(SourceStatistics statistics) =>
        [.. Enumerable.Range(0, statistics.Variance.Count).Where(k => IsNormal(statistics.Looked, statistics.Skewness[k], statistics.Kurtosis[k]))];

    /// <summary>The same of one source, from its samples' skewness S and excess kurtosis K; of fewer than 100 samples nothing is said.</summary>
    public static bool IsNormal(long samples, double skewness, double excess) =>
        samples >= FewestSamples && samples * (skewness * skewness / 6.0 + excess * excess / 24.0) < Critical;

    /// <summary>What a user should know; nothing where a single source is normal, or none.</summary>
    public static IEnumerable<string> Notes(SourceStatistics statistics)
    {
        IReadOnlyList<int> normal = Find(statistics);
        if (normal.Count > 1)
        {
            yield return $"Sources {string.Join(", ", normal.Select(k => k + 1))} are as good as normally distributed: nothing can separate them "
                + "from each other by their densities; the space that they span and the other sources are found all the same.";
        }
    }
}
