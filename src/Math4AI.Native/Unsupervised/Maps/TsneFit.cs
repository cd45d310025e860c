using System.Globalization;
using Math4AI.Data;
using Math4AI.Probability.Neighbors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Maps;

/// <summary>Holds the map that <see cref="Tsne"/> drew, and places other samples on it.</summary>
public sealed class TsneFit : PlaneMap
{
    // A new sample belongs beside the few that are nearest to it.
    private const double PerplexityOfNew = 5.0;

    internal TsneFit(Matrix<double> samples, Matrix<double> positions, double divergence, double perplexity)
        : base(samples, positions) => (Divergence, Perplexity) = (divergence, perplexity);

    /// <summary>Gets Σ pᵢⱼ log(pᵢⱼ / qᵢⱼ), what was minimized.</summary>
    public double Divergence { get; }

    /// <summary>Gets the largest perplexity.</summary>
    public double Perplexity { get; }

    internal override SavedMap About => new(new SavedTsne(Divergence, Perplexity), null);

    /// <summary>
    /// Places other samples at the mean of the points of their neighbors, weighted by a normal density that attends to
    /// about five of them. The map stays as it is.
    /// </summary>
    /// <param name="others">Samples × channels.</param>
    /// <returns>Samples × 2.</returns>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public override Matrix<double> Transform(Matrix<double> others)
    {
        int neighbors = Math.Min(Samples.RowCount, Affinities.NeighborsFor(PerplexityOfNew));
        NearestNeighbors near = new NeighborSearch(Samples).Nearest(others, neighbors);
        double perplexity = Math.Min(PerplexityOfNew, 0.5 * (1.0 + neighbors));
        Matrix<double> placed = Matrix<double>.Build.Dense(others.RowCount, 2);
        double[] weights = new double[neighbors];
        for (int i = 0; i < others.RowCount; i++)
        {
            Affinities.Weigh(near.Distances(i), perplexity, weights);
            for (int k = 0; k < neighbors; k++)
            {
                placed[i, 0] += weights[k] * Positions[near.Of(i)[k], 0];
                placed[i, 1] += weights[k] * Positions[near.Of(i)[k], 1];
            }
        }

        return placed;
    }

    /// <summary>Returns the number of samples, the perplexity and the divergence.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"t-SNE: {Counted.Of(Positions.RowCount, "sample")}, perplexity {Perplexity:G4}, divergence {Divergence:G4}");
}
