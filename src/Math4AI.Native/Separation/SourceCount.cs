using Math4AI.Data;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation;

/// <summary>
/// Estimates the number of sources in noise that is equally strong in all channels, by the minimum description length:
/// the k that minimizes n (m − k) log(arithmetic mean / geometric mean of the m − k smallest eigenvalues) + ½ k (2m −
/// k) log n for m channels of n samples. A single smallest eigenvalue always looks like noise to this measure, so it
/// counts as noise only where it is 20 dB below the next one. Source: M. Wax and T. Kailath, "Detection of signals by
/// information theoretic criteria", IEEE Transactions on Acoustics, Speech, and Signal Processing 33 (1985).
/// </summary>
public static class SourceCount
{
    private const double NoiseBelow = 0.01;

    /// <summary>Says that more sources are asked for than there are channels, and what can be done.</summary>
    /// <param name="wanted">The number of sources that is asked for.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="hasMasks">Whether more sources than channels can be cut out by masks.</param>
    internal static string TooMany(int wanted, int channels, bool hasMasks) =>
        $"{wanted} sources were asked for, and there {(channels == 1 ? "is" : "are")} "
        + $"{Counted.Of(channels, "channel")}: record as many channels as there are sources"
        + (channels > 1 ? $", ask for {channels} or fewer" : string.Empty)
        + (hasMasks ? ", or let masks cut out more, which leave gaps (--more-than-microphones)." : ".");

    /// <summary>Estimates the number of sources in a mixture; at most the number of its independent channels.</summary>
    /// <param name="mixture">The samples.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The data are constant or not finite.</exception>
    public static int Of(ISampleSource mixture, CancellationToken cancellation = default)
    {
        Whitening whitening = Whitening.Of(mixture, null, cancellation);
        return Math.Min(MinimumDescriptionLength(whitening.Eigenvalues, mixture.Length), whitening.Rank);
    }

    /// <summary>Estimates the number of sources from the eigenvalues of the covariance.</summary>
    /// <param name="eigenvalues">The eigenvalues in descending order.</param>
    /// <param name="samples">The number n of samples.</param>
    public static int MinimumDescriptionLength(Vector<double> eigenvalues, long samples)
    {
        ArgumentNullException.ThrowIfNull(eigenvalues);
        int m = eigenvalues.Count, best = m;
        double least = double.PositiveInfinity;
        double floor = 1e-14 * eigenvalues.Maximum();
        for (int k = 0; k < m; k++)
        {
            Vector<double> rest = eigenvalues.SubVector(k, m - k).Map(value => Math.Max(value, floor));
            double length = samples * (m - k) * (Math.Log(rest.Average()) - rest.PointwiseLog().Average())
                + 0.5 * k * (2.0 * m - k) * Math.Log(samples);
            (best, least) = length < least ? (k, length) : (best, least);
        }

        bool isLastNoise = m > 1 && eigenvalues[m - 1] < NoiseBelow * eigenvalues[m - 2];
        return best == m - 1 && !isLastNoise ? m : Math.Max(1, best);
    }
}
