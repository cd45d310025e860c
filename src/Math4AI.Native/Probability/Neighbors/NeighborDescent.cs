using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability.Neighbors;

/// <summary>
/// Finds nearly all of the nearest neighbors of many samples in many dimensions without comparing every pair: a
/// neighbor of a neighbor is likely a neighbor. Begins with the leaves of random trees, and compares what the lists of
/// one sample hold with one another until hardly any list changes. The share that it finds is measured and stated.
/// Compare <c>pynndescent.NNDescent</c>. Sources: W. Dong, M. Charikar, K. Li, "Efficient k-nearest neighbor graph
/// construction for generic similarity measures", WWW 2011; S. Dasgupta, Y. Freund, "Random projection trees and low
/// dimensional manifolds", STOC 2008.
/// </summary>
public sealed record NeighborDescent
{
    // So few are compared pair by pair in less time.
    private const int MinSamples = 2048;
    private const int MinSamplesPerNeighbor = 20;

    // The search ends when a round changes fewer than one in a thousand entries.
    private const double Rest = 1e-3;
    private const int Checked = 100;

    /// <summary>Gets the largest number of rounds.</summary>
    public int MaxRounds { get; init => field = Setting.AtLeast(value, 1); } = 20;

    /// <summary>Gets the seed of the trees and of the order of comparisons.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Finds neighbors of each sample, without itself: the exact ones where there are few samples, otherwise nearly
    /// all. The same seed gives the same result with any number of threads.
    /// </summary>
    /// <param name="samples">Samples × channels.</param>
    /// <param name="count">k, at least 1 and below the number of samples.</param>
    /// <param name="cancellation">Stops between rounds.</param>
    /// <exception cref="ArgumentException">There are too few samples, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k or the number of rounds is less than 1.</exception>
    public ApproximateNeighbors Nearest(
        Matrix<double> samples, int count, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (samples.RowCount < Math.Max(MinSamples, (long)MinSamplesPerNeighbor * count))
        {
            return new ApproximateNeighbors(
                new NeighborSearch(samples).Nearest(count, cancellation: cancellation), 1.0, 0);
        }

        double[] rows = SampleRows.Finite(samples);
        double scale = SampleRows.Scale(rows);
        var graph = new DescentGraph(rows, samples.ColumnCount, count);
        int rounds = graph.Improve(Seed, MaxRounds, (long)(Rest * count * samples.RowCount), cancellation);
        NearestNeighbors found = Exactly(graph, rows, scale, samples.ColumnCount);
        var exact = new NeighborSearch(rows, samples.ColumnCount, scale);
        return new ApproximateNeighbors(found, Recall(exact, samples, found), rounds);
    }

    /// <summary>Orders what was found by distances in double precision.</summary>
    private static NearestNeighbors Exactly(DescentGraph graph, double[] rows, double scale, int channels)
    {
        var found = new NearestNeighbors(rows.Length / channels, graph.Count);
        for (int i = 0; i < found.Queries; i++)
        {
            Span<int> indices = found.IndicesOf(i);
            Span<double> distances = found.DistancesOf(i);
            graph.Of(i).CopyTo(indices);
            indices.Sort();
            for (int k = 0; k < indices.Length; k++)
            {
                distances[k] = Math.Sqrt(Distance.Square(
                    rows.AsSpan(i * channels, channels), rows.AsSpan(indices[k] * channels, channels)));
            }

            SortStably(distances, indices);
            TensorPrimitives.Divide(distances, scale, distances);
        }

        return found;
    }

    /// <summary>Of equal distances the first samples stay first.</summary>
    private static void SortStably(Span<double> distances, Span<int> indices)
    {
        for (int k = 1; k < indices.Length; k++)
        {
            (double distance, int index) = (distances[k], indices[k]);
            int at = k;
            for (; at > 0 && distances[at - 1] > distance; at--)
            {
                (distances[at], indices[at]) = (distances[at - 1], indices[at - 1]);
            }

            (distances[at], indices[at]) = (distance, index);
        }
    }

    /// <summary>The share of true neighbors that were found, of some samples that are evenly spread.</summary>
    private static double Recall(NeighborSearch exact, Matrix<double> samples, NearestNeighbors found)
    {
        int[] chosen = [.. Enumerable.Range(0, Checked).Select(i => (int)((long)samples.RowCount * i / Checked))];
        NearestNeighbors near = exact.Nearest(
            Matrix<double>.Build.Dense(Checked, samples.ColumnCount, (i, j) => samples[chosen[i], j]),
            found.Count + 1);
        int all = 0;
        for (int i = 0; i < Checked; i++)
        {
            // As near as the k-th true one, among others at exactly its distance, is as good.
            int self = near.Of(i).Contains(chosen[i]) ? 0 : -1;
            double limit = near.Distances(i)[found.Count + self];
            all += found.Distances(chosen[i]).ToArray().Count(distance => distance <= limit);
        }

        return (double)all / Checked / found.Count;
    }
}

/// <summary>Neighbors of which a few may be missing.</summary>
/// <param name="Neighbors">The neighbors of each sample, nearest first, with their exact distances.</param>
/// <param name="Recall">The share of the true neighbors that were found, measured on 100 samples; 1 for all.</param>
/// <param name="Rounds">The number of rounds; 0 where every pair was compared.</param>
public sealed record ApproximateNeighbors(NearestNeighbors Neighbors, double Recall, int Rounds);
