using Math4AI.Probability.Neighbors;
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
    public int Neighbors { get; init; } = 20;

    /// <summary>
    /// Computes the factor of each row. With the reach r(x, y) = max(‖x − y‖, distance of y to its k-th neighbor) and
    /// the density d(x) = 1 / mean r(x, y) over the neighbors y of x, it is the mean of d(y) / d(x).
    /// </summary>
    /// <param name="samples">Samples × channels; columns of larger numbers count for more.</param>
    /// <exception cref="ArgumentException">There are fewer than two samples, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of neighbors is less than 1.</exception>
    public Vector<double> Score(Matrix<double> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(Neighbors, 1);
        if (samples.RowCount < 2)
        {
            throw new ArgumentException("Neighbors need 2 samples or more.", nameof(samples));
        }

        NearestNeighbors near =
            new NeighborSearch(samples).Nearest(Math.Min(Neighbors, samples.RowCount - 1));
        double[] densities = new double[samples.RowCount];
        double least = MinReach * Enumerable.Range(0, densities.Length).Average(i => near.Distances(i)[^1]);
        if (least == 0.0)
        {
            return Vector<double>.Build.Dense(densities.Length, 1.0);
        }

        for (int i = 0; i < densities.Length; i++)
        {
            double sum = 0.0;
            for (int k = 0; k < near.Count; k++)
            {
                sum += Math.Max(near.Distances(i)[k], near.Distances(near.Of(i)[k])[^1]);
            }

            densities[i] = 1.0 / (sum / near.Count + least);
        }

        return Vector<double>.Build.Dense(densities.Length, i =>
        {
            double sum = 0.0;
            foreach (int other in near.Of(i))
            {
                sum += densities[other];
            }

            return sum / near.Count / densities[i];
        });
    }
}
