using Math4AI.Probability.Neighbors;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// Finds clusters of any form as regions where samples lie densely, and leaves the rest as noise: a sample with enough
/// others within a radius is a core, cores within the radius of one another belong together, and other samples within
/// the radius of a core are at the border of its cluster. Equals <c>sklearn.cluster.DBSCAN</c>, labels included.
/// Source: M. Ester, H.-P. Kriegel, J. Sander, X. Xu, "A density-based algorithm for discovering clusters in large
/// spatial databases with noise", KDD 1996.
/// </summary>
/// <param name="Radius">ε, the radius, in the unit of the data; columns of larger numbers count for more.</param>
public sealed record Dbscan(double Radius)
{
    /// <summary>Gets the radius.</summary>
    public double Radius { get; init => field = Setting.Above(value, 0.0); } = Setting.Above(Radius, 0.0);

    /// <summary>
    /// Gets how many samples a core has within the radius, itself included.
    /// </summary>
    public int MinSamples { get; init => field = Setting.AtLeast(value, 1); } = 5;

    /// <summary>Finds the clusters of the rows of a matrix.</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <param name="cancellation">Stops between samples.</param>
    /// <exception cref="ArgumentException">There are no samples, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public DbscanFit Fit(Matrix<double> samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var search = new NeighborSearch(samples);
        int count = samples.RowCount;
        bool[] isCore = new bool[count];
        search.Within(
            Radius, (sample, near) => isCore[sample] = near.Length + 1 >= MinSamples, cancellation: cancellation);
        var sets = new DisjointSets(count);
        search.Within(
            Radius,
            (sample, near) =>
            {
                foreach (int other in near)
                {
                    if (other < sample && isCore[other])
                    {
                        sets.Unite(sample, other);
                    }
                }
            },
            sample => isCore[sample],
            cancellation);
        int[] labels = LabelsOfCores(sets, isCore, out int clusters);
        int[] border = LabelsOfBorder(search, labels, isCore, cancellation);
        return new DbscanFit(
            [.. labels.Select((label, i) => isCore[i] ? label : border[i])], isCore, clusters, samples, Radius);
    }

    /// <summary>A sample that is no core belongs to the first of the clusters whose cores are near it.</summary>
    private int[] LabelsOfBorder(NeighborSearch search, int[] labels, bool[] isCore, CancellationToken cancellation)
    {
        int[] border = new int[isCore.Length];
        Array.Fill(border, DbscanFit.Noise);
        search.Within(
            Radius,
            (sample, near) =>
            {
                foreach (int other in near)
                {
                    if (isCore[other] && (border[sample] == DbscanFit.Noise || labels[other] < border[sample]))
                    {
                        border[sample] = labels[other];
                    }
                }
            },
            sample => !isCore[sample],
            cancellation);
        return border;
    }

    /// <summary>Clusters are numbered in the order of their first cores.</summary>
    private static int[] LabelsOfCores(DisjointSets sets, bool[] isCore, out int clusters)
    {
        int[] labels = new int[isCore.Length];
        clusters = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (isCore[i])
            {
                // The first of a set is its root.
                int root = sets.RootOf(i);
                labels[i] = root == i ? clusters++ : labels[root];
            }
        }

        return labels;
    }
}
