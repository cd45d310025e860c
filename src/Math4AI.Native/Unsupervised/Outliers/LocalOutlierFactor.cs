using Math4AI.Probability.Neighbors;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Outliers;

/// <summary>
/// Scores samples by how much less densely they lie than their own k nearest neighbors do: about 1 within a group
/// whatever its density, larger for a sample apart from it. Equals the negative of
/// <c>sklearn.neighbors.LocalOutlierFactor.negative_outlier_factor_</c>. Source: M. Breunig, H.-P. Kriegel, R. Ng, J.
/// Sander, "LOF: identifying density-based local outliers", SIGMOD 2000.
/// </summary>
public sealed record LocalOutlierFactor
{
    // In units of the mean distance to the k-th neighbor: without it, a sample with k equal ones would lie infinitely
    // densely.
    private const double MinReach = 1e-12;

    /// <summary>Gets k, the number of neighbors; fewer where there are not so many samples.</summary>
    public int Neighbors { get; init => field = Setting.AtLeast(value, 1); } = 20;

    /// <summary>
    /// Computes the factor of each row. With the reach r(x, y) = max(‖x − y‖, distance of y to its k-th neighbor) and
    /// the density d(x) = 1 / mean r(x, y) over the neighbors y of x, it is the mean of d(y) / d(x).
    /// </summary>
    /// <param name="samples">Samples × channels; columns of larger numbers count for more.</param>
    /// <exception cref="ArgumentException">There are fewer than two samples, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of neighbors is less than 1.</exception>
    public Vector<double> Score(Matrix<double> samples) =>
        Vector<double>.Build.DenseOfEnumerable(Fit(samples).Scores);

    /// <summary>Scores samples, and keeps them so that others can be compared with them.</summary>
    /// <param name="samples">Samples × channels; columns of larger numbers count for more.</param>
    /// <exception cref="ArgumentException">There are fewer than two samples, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of neighbors is less than 1.</exception>
    public LocalOutlierFit Fit(Matrix<double> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.RowCount < 2)
        {
            throw new ArgumentException("Neighbors need 2 samples or more.", nameof(samples));
        }

        int count = samples.RowCount;
        NearestNeighbors near = new NeighborSearch(samples).Nearest(Math.Min(Neighbors, count - 1));
        double[] reaches = [.. Enumerable.Range(0, count).Select(i => near.Distances(i)[^1])];
        var fit = new LocalOutlierFit(samples, near.Count, reaches, MinReach * reaches.Average());
        return fit.With(near);
    }
}
