namespace Math4AI.Separation;

/// <summary>
/// Sources that are indistinguishable from Gaussian ones. A single one is separated like any other. Of several, every
/// rotation is as good, so that they are the arbitrary part of the answer; the space that they span, and all other
/// sources, are not. Source: P. Comon, "Independent component analysis, a new concept?", Signal Processing 36 (1994),
/// theorem 11; C. Jarque and A. Bera, International Statistical Review 55 (1987), for the test.
/// </summary>
internal static class GaussianSources
{
    // χ² with two degrees of freedom exceeds it with a probability of 0.001.
    private const double Critical = 13.815510557964274;
    private const int FewestSamples = 100;

    /// <summary>
    /// Finds the sources, from 0, whose n (S²/6 + K²/24), with skewness S and kurtosis K, is not significant.
    /// </summary>
    public static IReadOnlyList<int> Find(SourceStatistics statistics) =>
    [
        .. Enumerable.Range(0, statistics.Variance.Count)
            .Where(k => IsGaussian(statistics.SampleCount, statistics.Skewness[k], statistics.Kurtosis[k])),
    ];

    /// <summary>
    /// Tells whether one source is indistinguishable from Gaussian, from its skewness S and excess kurtosis K; never of
    /// fewer than 100 samples.
    /// </summary>
    public static bool IsGaussian(long samples, double skewness, double excess) =>
        samples >= FewestSamples && samples * (skewness * skewness / 6.0 + excess * excess / 24.0) < Critical;

    /// <summary>Gets the remark for the user; none where at most one source is Gaussian.</summary>
    public static IEnumerable<string> Notes(SourceStatistics statistics)
    {
        IReadOnlyList<int> gaussian = Find(statistics);
        if (gaussian.Count > 1)
        {
            yield return $"Sources {string.Join(", ", gaussian.Select(k => k + 1))} are indistinguishable from "
                + "Gaussian: their densities cannot separate them from each other. The space that they span and all "
                + "other sources are found. Where their spectra differ, sobi tells them apart.";
        }
    }
}
