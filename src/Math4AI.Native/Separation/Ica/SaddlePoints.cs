using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Ica;

/// <summary>
/// A fixed point of FastICA may be a saddle, where two sources stay mixed half and half. Turning such a pair by 45°
/// raises the contrast (E[G(x_i)] − E[G(ν)])² + (E[G(x_j)] − E[G(ν)])², G = log cosh, ν standard normal; at a maximum
/// nothing does. Source: P. Tichavský, Z. Koldovský, E. Oja, "Performance analysis of the FastICA algorithm and
/// Cramér–Rao bounds for linear independent component analysis", IEEE Transactions on Signal Processing 54 (2006),
/// section VI.
/// </summary>
internal static class SaddlePoints
{
    /// <summary>E[log cosh ν] of a standard normal ν.</summary>
    public const double GaussianContrast = 0.37456720749143806;

    // On a saddle the turned pair has about twice the contrast; a gain under this may be chance.
    private const double ClearGain = 1.1;
    private const long MaxEvaluations = 500_000;
    private const long FewestSamples = 10_000;

    /// <summary>Turns every pair that lies on a saddle.</summary>
    /// <param name="mixture">The samples.</param>
    /// <param name="whitening">Their whitening.</param>
    /// <param name="rotation">A fixed point W.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <returns>The rotation to go on from; null if no pair lies on a saddle.</returns>
    public static Matrix<double>? Leave(
        ISampleSource mixture, Whitening whitening, Matrix<double> rotation, CancellationToken cancellation)
    {
        int sources = rotation.RowCount;
        if (sources < 2)
        {
            return null;
        }

        long samples = Math.Max(FewestSamples, MaxEvaluations / ((long)sources * sources));
        ISampleSource part = mixture.Length > 2 * samples
            ? new SubsampledSource(mixture, (int)(mixture.Length / samples))
            : mixture;
        double[] contrast = Contrasts(part, whitening, rotation, cancellation);
        Matrix<double>? turned = null;
        for (int i = 0; i < sources; i++)
        {
            for (int j = i + 1; j < sources; j++)
            {
                double before = contrast[i * sources + i] + contrast[j * sources + j];
                double after = contrast[i * sources + j] + contrast[j * sources + i];
                if (after > ClearGain * before)
                {
                    turned ??= rotation.Clone();
                    turned.SetRow(i, (rotation.Row(i) + rotation.Row(j)) / Math.Sqrt(2.0));
                    turned.SetRow(j, (rotation.Row(i) - rotation.Row(j)) / Math.Sqrt(2.0));
                    break;
                }
            }
        }

        return turned;
    }

    /// <summary>
    /// On the diagonal the sources' contrasts; at (i, j) that of (x_i + x_j)/√2, at (j, i) of (x_i − x_j)/√2.
    /// </summary>
    private static double[] Contrasts(
        ISampleSource samples, Whitening whitening, Matrix<double> rotation, CancellationToken cancellation)
    {
        int sources = rotation.RowCount;
        double[] weights = (rotation * whitening.Matrix).ToRowMajorArray();
        double[] mean = whitening.Covariance.Mean.ToArray();
        var pass = new BlockPass<double, Sums>(samples, samples.Read, sources, () => new Sums(sources));
        pass.Run(
            (sums, block, scratch, count, _) =>
            {
                BlockKernels.Centre(block, count, mean);
                BlockKernels.Project<double>(weights, sources, block, samples.Channels, count, scratch);
                sums.Add(scratch, count);
            },
            cancellation);
        double[] contrast = new double[sources * sources];
        foreach (Sums sums in pass.States)
        {
            for (int i = 0; i < contrast.Length; i++)
            {
                contrast[i] += sums.LogCosh[i];
            }
        }

        return [.. contrast.Select(sum => Math.Pow(sum / samples.Length - GaussianContrast, 2))];
    }

    private sealed class Sums(int sources) : IPartialSums
    {
        public IReadOnlyList<double[]> Totals => [LogCosh];

        public double[] LogCosh { get; } = new double[sources * sources];

        public void Add(ReadOnlySpan<double> signals, int count)
        {
            for (int i = 0; i < sources; i++)
            {
                ReadOnlySpan<double> first = signals.Slice(i * count, count);
                LogCosh[i * sources + i] += Ica.LogCosh.Sum(first);
                for (int j = i + 1; j < sources; j++)
                {
                    (double plus, double minus) = Ica.LogCosh.SumsOfTurned(first, signals.Slice(j * count, count));
                    LogCosh[i * sources + j] += plus;
                    LogCosh[j * sources + i] += minus;
                }
            }
        }
    }
}
