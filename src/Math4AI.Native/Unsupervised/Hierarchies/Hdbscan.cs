using Math4AI.Probability.Neighbors;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>
/// Finds clusters of any form and of different densities, and leaves the rest as noise; no radius is needed. Of the
/// clusters that <see cref="Clusters.Dbscan"/> would find at every radius, those are kept that last over the widest
/// range of densities. Exact, on all of <see cref="Runtime.Compute.Threads"/>. Edges of equal length are taken away
/// together, as the paper has it, so that the result does not depend on the order of the samples. Source: R. Campello,
/// D. Moulavi, J. Sander, "Density-based clustering based on hierarchical density estimates", PAKDD 2013.
/// </summary>
public sealed record Hdbscan
{
    /// <summary>Gets the smallest number of samples of a cluster.</summary>
    public int MinClusterSize { get; init => field = Setting.AtLeast(value, 2); } = 5;

    /// <summary>
    /// Gets which neighbor's distance measures the density at a sample, itself counted as the first; null for the
    /// smallest size of a cluster. Larger numbers leave more samples as noise.
    /// </summary>
    public int? MinSamples { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>Finds the clusters of the rows of a matrix.</summary>
    /// <param name="samples">Samples × channels; columns of larger numbers count for more.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">There are no samples, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The smallest size is less than 2, or the number of the neighbor less than 1.
    /// </exception>
    public HdbscanFit Fit(Matrix<double> samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var search = new NeighborSearch(samples);
        if (samples.RowCount == 1)
        {
            return new HdbscanFit(new ClusterTree([], 1, MinClusterSize), samples, [0.0], 1);
        }

        int minSamples = MinSamples ?? MinClusterSize;
        var tree = ReachabilityTree.Of(search, samples, minSamples, cancellation);
        return new HdbscanFit(
            new ClusterTree(tree.Edges, samples.RowCount, MinClusterSize), samples, tree.Cores, minSamples);
    }
}
