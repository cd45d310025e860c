using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Probability.Neighbors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>
/// Merges samples into ever larger groups, the two nearest groups first, until all are one: a hierarchy to cut at any
/// number of groups. Equals <c>scipy.cluster.hierarchy.linkage</c>. Single linkage is a minimum spanning tree; the
/// others follow chains of nearest neighbors. Source: F. Murtagh, "A survey of recent advances in hierarchical
/// clustering algorithms", The Computer Journal 26 (1983).
/// </summary>
public sealed record Agglomeration
{
    // The distances of so many samples take 3.2 GB.
    private const int MaxSamples = 20_000;

    /// <summary>Gets how far two groups are from one another.</summary>
    public Linkage Linkage { get; init; } = Linkage.Ward;

    /// <summary>Merges the rows of a matrix.</summary>
    /// <param name="samples">Samples × channels; columns of larger numbers count for more.</param>
    /// <param name="cancellation">Stops between mergers.</param>
    /// <exception cref="ArgumentException">
    /// There are no samples, one is not finite, or their distances do not fit in memory.
    /// </exception>
    public AgglomerationFit Fit(Matrix<double> samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var search = new NeighborSearch(samples);
        int count = samples.RowCount;
        if (count == 1)
        {
            return new AgglomerationFit([], samples, Linkage);
        }

        if (Linkage == Linkage.Single)
        {
            return new AgglomerationFit(ReachabilityTree.Of(search, samples, 1, cancellation).Edges, samples, Linkage);
        }

        if (count > MaxSamples)
        {
            throw new ArgumentException(
                $"The distances of {count} samples take {8.0 * count * count / 1e9:0} GB: merge at most {MaxSamples}, "
                + "use single linkage, or merge the centers of many clusters by k-means instead.",
                nameof(samples));
        }

        double[] rows = SampleRows.Finite(samples);
        double scale = SampleRows.Scale(rows);
        TreeEdge[] merges = new NeighborChain(rows, count, Linkage).Merge(cancellation);
        return new AgglomerationFit(
            [.. merges.Select(edge => edge with { Weight = edge.Weight / scale })], samples, Linkage);
    }
}
