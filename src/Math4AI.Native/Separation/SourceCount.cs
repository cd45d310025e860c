using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation;

/// <summary>
/// How many sources stand out of noise that is equally strong in all channels: the k for which the description of the data is
/// shortest, n (m − k) log(arithmetic mean / geometric mean of the m − k least eigenvalues) + ½ k (2m − k) log n.
/// One eigenvalue alone looks like noise to this measure, whatever it is: that one of m sources is noise is believed where it lies 20 dB
/// below the next. Source: M. Wax and T. Kailath, "Detection of signals by information theoretic criteria", IEEE Transactions on Acoustics, Speech,
/// and Signal Processing 33 (1985).
/// </summary>
public static class SourceCount
{
    private const double NoiseBelow = 0.01;

    /// <summary>Estimates the number of sources.</summary>
    /// <param name="eigenvalues">Of the covariance, descending.</param>
    /// <param name="samples">n.</param>
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
