using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners.Uncertain;

/// <summary>
/// How far a sample is from those that were learned, in features: the smallest of the distances to the classes' means
/// m_k, √((φ − m_k)ᵀ S⁻¹ (φ − m_k)), where S is the covariance within classes, a little of its mean variance added so
/// that it has an inverse. Source: K. Lee, K. Lee, H. Lee and J. Shin, "A simple unified framework for detecting
/// out-of-distribution samples and adversarial attacks", NeurIPS 31 (2018).
/// </summary>
public sealed class FeatureDistance
{
    private const double Added = 1e-3;

    private readonly Matrix<double> means;
    private readonly Matrix<double> whitening;

    private FeatureDistance(Matrix<double> means, Matrix<double> whitening) =>
        (this.means, this.whitening) = (means, whitening);

    /// <summary>Learns the means and the covariance.</summary>
    /// <param name="features">Samples × features, such as <see cref="UncertainNetworkFit.Features"/>.</param>
    /// <param name="classes">The class of each sample, from 0; null where there are none.</param>
    /// <exception cref="ArgumentException">
    /// There is not one class a sample, there are no samples, all are equal, or a number is not finite.
    /// </exception>
    public static FeatureDistance Of(Matrix<double> features, IReadOnlyList<int>? classes = null)
    {
        ArgumentNullException.ThrowIfNull(features);
        int[] of = [.. classes ?? new int[features.RowCount]];
        if (of.Length != features.RowCount || of.Any(k => k < 0))
        {
            throw new ArgumentException(
                $"One class from 0 on is needed for each of {features.RowCount} samples.", nameof(classes));
        }

        RequireFinite(features);
        int[] present = [.. of.Distinct().Order()];
        var places = present.Select((k, place) => (k, place)).ToDictionary(pair => pair.k, pair => pair.place);
        Matrix<double> means = Matrix<double>.Build.DenseOfRows(present.Select(k =>
            features.EnumerateRows().Where((_, i) => of[i] == k).Aggregate((sum, row) => sum + row)
                / of.Count(other => other == k)));
        Matrix<double> centered = features.MapIndexed(
            (i, j, value) => value - means[places[of[i]], j], Zeros.Include);
        Matrix<double> covariance = centered.TransposeThisAndMultiply(centered) / features.RowCount;
        double scale = covariance.Diagonal().Average();
        if (!(scale > 0.0))
        {
            throw new ArgumentException("All samples of a class are equal: there is no distance between them.",
                nameof(features));
        }

        Matrix<double> factor =
            (covariance + Added * scale * Matrix<double>.Build.DenseIdentity(features.ColumnCount)).Cholesky().Factor;
        return new FeatureDistance(means, factor.Inverse().Transpose());
    }

    /// <summary>Returns the distance of each sample: the larger, the less it is like those that were learned.</summary>
    /// <param name="features">Samples × features.</param>
    /// <exception cref="ArgumentException">There are other features, or a number is not finite.</exception>
    public double[] Score(Matrix<double> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.ColumnCount != means.ColumnCount)
        {
            throw new ArgumentException(
                $"The distance is of {means.ColumnCount} features, and {features.ColumnCount} were given.",
                nameof(features));
        }

        RequireFinite(features);
        Matrix<double> white = features * whitening, centers = means * whitening;
        return [.. white.EnumerateRows().Select(row => centers.EnumerateRows().Min(center => (row - center).L2Norm()))];
    }

    private static void RequireFinite(Matrix<double> features)
    {
        for (int i = 0; i < features.RowCount; i++)
        {
            for (int j = 0; j < features.ColumnCount; j++)
            {
                if (!double.IsFinite(features[i, j]))
                {
                    throw new ArgumentException(
                        $"Feature {j + 1} of sample {i + 1} is not a finite number.", nameof(features));
                }
            }
        }

        if (features.RowCount == 0)
        {
            throw new ArgumentException("There are no samples.", nameof(features));
        }
    }
}
