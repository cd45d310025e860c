using System.Globalization;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Processes;
using Math4AI.Unsupervised.Clusters;
using Math4AI.Unsupervised.Hierarchies;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// Clusters by methods without a likelihood: where they need a number and none is given, the one with the largest mean
/// silhouette.
/// </summary>
internal static class GroupSearch
{
    // All distances of so many rows are computed for each number.
    private const int MaxRowsOfSilhouettes = 2000;

    // Further starts cost nothing that is felt while all of them together have about so many products to compute.
    private const int ProductsOfStarts = 1_000_000;
    private const int MaxStarts = 32;

    private static readonly Dictionary<ClusterMethod, string> Names = new()
    {
        [ClusterMethod.KMeans] = "k-means",
        [ClusterMethod.Ward] = "Ward's linkage",
        [ClusterMethod.Single] = "single linkage",
        [ClusterMethod.Complete] = "complete linkage",
        [ClusterMethod.Average] = "average linkage",
        [ClusterMethod.Hdbscan] = "HDBSCAN",
        [ClusterMethod.Dbscan] = "DBSCAN",
    };

    /// <summary>Finds the clusters of rows on one scale.</summary>
    /// <returns>The clusters, what each row belongs to and how firmly, and how many there are and why.</returns>
    public static FoundGroups Of(TableClustering method, Matrix<double> rows, CancellationToken cancellation)
    {
        switch (method.Method)
        {
            case ClusterMethod.Hdbscan:
                HdbscanFit dense = new Hdbscan { MinClusterSize = method.MinRows }.Fit(rows, cancellation);
                return new FoundGroups(dense, [.. dense.Labels], [.. dense.Strengths], WithNoise(
                    method, dense.Clusters, dense.Labels, $"as dense regions of {method.MinRows} rows or more"));
            case ClusterMethod.Dbscan:
                DbscanFit within = new Dbscan(method.Radius!.Value) { MinSamples = method.MinRows }.Fit(
                    rows, cancellation);
                return new FoundGroups(within, [.. within.Labels], [], WithNoise(
                    method, within.Clusters, within.Labels, string.Create(CultureInfo.InvariantCulture,
                        $"with {method.MinRows} rows or more within {method.Radius:G4} of a row")));
            case ClusterMethod.KMeans:
                return Best(method, rows, (count, processes) =>
                {
                    KMeansFit fit = MeansOf(count, rows, method.Seed).Fit(
                        new MatrixSampleSource(rows) { Processes = processes }, cancellation);
                    return (fit, fit.Assign(rows));
                }, cancellation);
            default:
                AgglomerationFit tree = new Agglomeration { Linkage = LinkageOf(method.Method) }.Fit(
                    rows, cancellation);
                return Best(method, rows, (count, _) => (tree.Into(count), tree.Cut(count)), cancellation);
        }
    }

    /// <summary>Returns the name of a method in a sentence.</summary>
    public static string NameOf(ClusterMethod method) => Names[method];

    /// <summary>K-means with more starts where rows and clusters are few.</summary>
    private static KMeans MeansOf(int count, Matrix<double> rows, int seed)
    {
        var means = new KMeans(count) { Seed = seed };
        double ofOne = (double)rows.RowCount * rows.ColumnCount * count;
        return means with { Starts = (int)Math.Clamp(ProductsOfStarts / ofOne, means.Starts, MaxStarts) };
    }

    private static Linkage LinkageOf(ClusterMethod method) => method switch
    {
        ClusterMethod.Single => Linkage.Single,
        ClusterMethod.Complete => Linkage.Complete,
        ClusterMethod.Average => Linkage.Average,
        _ => Linkage.Ward,
    };

    /// <summary>Numbers are tried as whole jobs of one process each; all share the last division.</summary>
    private static FoundGroups Best(
        TableClustering method, Matrix<double> rows,
        Func<int, ProcessGroup, (IGroups Groups, int[] Labels)> divide, CancellationToken cancellation)
    {
        (int count, string why) = method.Clusters is { } given
            ? (given, ", as asked for")
            : Choose(method, rows, count => divide(count, ProcessGroup.Single).Labels, cancellation);
        (IGroups groups, int[] labels) = divide(count, method.Processes);
        return new FoundGroups(groups, labels, [], $"{InWords(count)} by {NameOf(method.Method)}{why}.");
    }

    private static (int Count, string Why) Choose(
        TableClustering method, Matrix<double> rows, Func<int, int[]> divide, CancellationToken cancellation)
    {
        const int Fewest = 2;
        int[] places = MixtureSearch.Places(rows.RowCount, MaxRowsOfSilhouettes, method.Seed);
        var some = Matrix<double>.Build.Dense(places.Length, rows.ColumnCount, (i, j) => rows[places[i], j]);
        int numbers = Math.Max(0, Math.Min(method.MaxClusters, rows.RowCount - 1) - Fewest + 1);
        double[][] means = method.Processes.Distribute(numbers, i =>
        {
            cancellation.ThrowIfCancellationRequested();
            int[] labels = divide(Fewest + i);
            int[] part = [.. places.Select(place => labels[place])];
            return [part.Distinct().Count() > 1 ? Silhouette.Of(some, part).Average() : 0.0];
        });
        (int best, double highest) = (1, double.NegativeInfinity);
        for (int i = 0; i < numbers; i++)
        {
            (best, highest) = means[i][0] > highest ? (Fewest + i, means[i][0]) : (best, highest);
        }

        return double.IsNegativeInfinity(highest)
            ? (1, ": no other number can be judged")
            : highest > ClusterCountFit.WeakSilhouette
                ? (best, string.Create(CultureInfo.InvariantCulture,
                    $": the silhouette is highest, {highest:0.00}, {ClusterCountFit.StructureOf(highest)}"))
                : (1, string.Create(CultureInfo.InvariantCulture,
                    $": the highest silhouette is {highest:0.00}, {ClusterCountFit.StructureOf(highest)}"));
    }

    private static string WithNoise(TableClustering method, int count, IReadOnlyList<int> labels, string how)
    {
        int none = labels.Count(label => label == DbscanFit.Noise);
        return $"{InWords(count)} by {NameOf(method.Method)} {how}"
            + (none == 0 ? "." : $"; {none} of {labels.Count} rows {(none == 1 ? "is" : "are")} in none.");
    }

    private static string InWords(int count) => count == 1 ? "1 cluster" : $"{count} clusters";
}

/// <summary>Clusters without a likelihood.</summary>
/// <param name="Groups">The clusters.</param>
/// <param name="Labels">The cluster of each row, from 0; <see cref="DbscanFit.Noise"/> for none.</param>
/// <param name="Strengths">How firmly each row belongs there; empty where the method does not say.</param>
/// <param name="Verdict">How many, and why, in a sentence.</param>
internal sealed record FoundGroups(IGroups Groups, int[] Labels, double[] Strengths, string Verdict);
