using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// Maps samples to points in the plane so that neighbors stay together: t-distributed stochastic neighbor embedding,
/// which minimizes Σ pᵢⱼ log(pᵢⱼ / qᵢⱼ) with qᵢⱼ ∝ 1 / (1 + ‖yᵢ − yⱼ‖²). Near points of the map are near in the data;
/// sizes of groups and distances between far ones say little. It starts from principal components. Every pair of points
/// repels; of many points the forces are interpolated on a grid. Compare
/// <c>sklearn.manifold.TSNE</c>. Sources: L. van der Maaten, G. Hinton, "Visualizing data using t-SNE", JMLR 9 (2008);
/// D. Kobak, P. Berens, "The art of using t-SNE for single-cell transcriptomics", Nature Communications 10 (2019).
/// </summary>
public sealed record Tsne
{
    private const double MinRate = 50.0;

    // Above it a few missing neighbors cost less than comparing all pairs.
    private const int MaxExact = 20_000;

    /// <summary>
    /// Gets the perplexities: how many neighbors each sample attends to. Several are combined by their mean, as 30 and
    /// a hundredth of the samples, so that near and far structure count.
    /// </summary>
    public IReadOnlyList<double> Perplexities { get; init; } = [30.0];

    /// <summary>Gets the number of iterations.</summary>
    public int Iterations { get; init => field = Setting.AtLeast(value, 1); } = 1000;

    /// <summary>Gets how many times p counts in the first quarter of the iterations, which gathers groups.</summary>
    public double Exaggeration { get; init => field = Setting.AtLeast(value, 1.0); } = 12.0;

    /// <summary>Gets the seed of the start, where principal components leave it open.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Maps the rows of a matrix.</summary>
    /// <param name="samples">Samples × channels; columns of larger numbers count for more.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <exception cref="ArgumentException">
    /// There are too few samples for the perplexity, all are the same, or one is not finite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public TsneFit Fit(Matrix<double> samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        double most = Check(samples.RowCount);
        int neighbors = Math.Min(samples.RowCount - 1, Affinities.NeighborsFor(most));
        var affinities = Affinities.Of(
            MapNeighbors.Of(samples, neighbors, MaxExact, Seed, cancellation), Perplexities);
        float[] positions = MapStart.Of(samples, Seed, cancellation);
        double rate = Math.Max(samples.RowCount / Exaggeration / 4.0, MinRate);
        var layout = new TsneLayout(affinities, positions, rate);
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            layout.Step(iteration < Iterations / 4 ? Exaggeration : 1.0);
        }

        return new TsneFit(samples, MapStart.ToMatrix(positions), layout.Divergence(), most);
    }

    private double Check(int samples)
    {
        foreach (double perplexity in Perplexities)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(perplexity, 1.0, nameof(Perplexities));
        }

        if (Perplexities.Count == 0)
        {
            throw new ArgumentException("There is no perplexity: give one or more.");
        }

        double most = Perplexities.Max();
        return most < samples - 1
            ? most
            : throw new ArgumentException(
                $"{samples} samples are too few for the perplexity {most}: choose about a third of their number, or "
                + "less.");
    }
}
