using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Separation;

/// <summary>Names the scales of separated sources.</summary>
internal enum Scale
{
    /// <summary>As the method found them.</summary>
    AsIs,

    /// <summary>Variance 1.</summary>
    UnitVariance,

    /// <summary>A peak of 0.9 of full scale.</summary>
    AudiblePeak,
}

/// <summary>
/// Fixes the indeterminacies of independence: Y = A X = (A D)(D⁻¹ X) for every D that is a permutation times a
/// diagonal. Order: by the energy that a source brings into the channels, Σ_c A_ck² E x_k², the largest first. Sign:
/// such that the skewness E x³ is positive; where it is below 0.05 in size, and may be chance, such that the channel
/// that hears the source loudest hears it with a positive sign. Scale: as <see cref="Scale"/> says.
/// </summary>
internal static class SourceConvention
{
    private const double AudiblePeak = 0.9;
    private const double ClearSkewness = 0.05;

    public static (Unmixing Unmixing, SourceStatistics Statistics) Apply(
        Unmixing found, ISampleSource mixture, Covariance covariance, Scale scale, CancellationToken cancellation)
    {
        SourceStatistics statistics = SourceStatistics.Of(mixture, covariance, found, cancellation);
        if (scale == Scale.AsIs)
        {
            return (found, statistics);
        }

        Vector<double> sizes = scale == Scale.AudiblePeak
            ? AudiblePeak / SourceStatistics.Peaks(mixture, found, cancellation)
            : 1.0 / statistics.Variance.PointwiseSqrt();
        int[] order = [.. Enumerable.Range(0, found.Sources).OrderByDescending(k => Energy(found, statistics, k))];
        Vector<double> factors = DenseVector.Create(
            found.Sources, k => Sign(statistics.Skewness[order[k]], found.Mixing.Column(order[k])) * sizes[order[k]]);
        var unmixing = new Unmixing(
            DenseMatrix.Create(found.Sources, found.Channels, (i, j) => found.Matrix[order[i], j] * factors[i]),
            DenseMatrix.Create(found.Channels, found.Sources, (i, j) => found.Mixing[i, order[j]] / factors[j]),
            found.Mean);
        return (unmixing, statistics.Ordered(order).Scaled(factors));
    }

    private static double Energy(Unmixing found, SourceStatistics statistics, int source) =>
        found.Mixing.Column(source).DotProduct(found.Mixing.Column(source)) * statistics.Variance[source];

    private static double Sign(double skewness, Vector<double> heard) =>
        Math.Abs(skewness) >= ClearSkewness
            ? Math.Sign(skewness)
            : heard[heard.AbsoluteMaximumIndex()] < 0.0 ? -1.0 : 1.0;
}
