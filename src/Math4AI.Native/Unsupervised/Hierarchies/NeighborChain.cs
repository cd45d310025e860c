using System.Numerics.Tensors;
using Math4AI.Probability.Neighbors;
using Math4AI.Runtime;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>
/// Merges groups that are one another's nearest, found by going from a group to its nearest one, and on to the nearest
/// of that, until it goes no further. Groups that such a merger does not touch stay where they were, so the chain goes
/// on from what is left of it.
/// </summary>
internal sealed class NeighborChain
{
    private readonly int count;
    private readonly Linkage linkage;
    private readonly double[][] distances;
    private readonly int[] sizes;

    /// <summary>Computes the distances of all samples; of Ward's their squares.</summary>
    /// <param name="rows">Sample after sample.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="linkage">Any but the single one.</param>
    public NeighborChain(double[] rows, int count, Linkage linkage)
    {
        (this.count, this.linkage) = (count, linkage);
        int channels = rows.Length / count;
        sizes = [.. Enumerable.Repeat(1, count)];
        distances = new double[count][];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads };
        Parallel.For(0, count, options, i =>
        {
            double[] row = new double[count];
            for (int j = 0; j < count; j++)
            {
                double square =
                    Distance.Square(rows.AsSpan(i * channels, channels), rows.AsSpan(j * channels, channels));
                row[j] = i == j ? double.PositiveInfinity : linkage == Linkage.Ward ? square : Math.Sqrt(square);
            }

            distances[i] = row;
        });
    }

    /// <summary>Merges until one group is left.</summary>
    /// <returns>For each merger a sample of either group, and their distance.</returns>
    public TreeEdge[] Merge(CancellationToken cancellation)
    {
        var merges = new TreeEdge[count - 1];
        var chain = new List<int>();
        int first = 0;
        for (int made = 0; made < merges.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            while (chain.Count == 0 && sizes[first] == 0)
            {
                first++;
            }

            int at = chain.Count == 0 ? first : chain[^1];
            if (chain.Count == 0)
            {
                chain.Add(at);
            }

            double[] row = distances[at];
            int next = TensorPrimitives.IndexOfMin<double>(row);
            if (chain.Count > 1 && row[chain[^2]] <= row[next])
            {
                // Of equally near ones the one before: the chain would otherwise go round for ever.
                int before = chain[^2];
                chain.RemoveRange(chain.Count - 2, 2);
                merges[made++] =
                    new TreeEdge(at, before, linkage == Linkage.Ward ? Math.Sqrt(row[before]) : row[before]);
                Unite(at, before);
                continue;
            }

            chain.Add(next);
        }

        return merges;
    }

    /// <summary>
    /// Writes the distances of two groups together in the place of the second. Source: G. N. Lance, W. T. Williams, "A
    /// general theory of classificatory sorting strategies", The Computer Journal 9 (1967).
    /// </summary>
    private void Unite(int gone, int kept)
    {
        double[] x = distances[gone], y = distances[kept];
        double between = x[kept], a = sizes[gone], b = sizes[kept];
        for (int other = 0; other < count; other++)
        {
            if (sizes[other] == 0 || other == gone || other == kept)
            {
                continue;
            }

            double c = sizes[other];
            double distance = linkage switch
            {
                Linkage.Complete => Math.Max(x[other], y[other]),
                Linkage.Average => (a * x[other] + b * y[other]) / (a + b),
                _ => Math.Max(0.0, ((a + c) * x[other] + (b + c) * y[other] - c * between) / (a + b + c)),
            };
            y[other] = distance;
            distances[other][kept] = distance;
            distances[other][gone] = double.PositiveInfinity;
        }

        y[gone] = double.PositiveInfinity;
        distances[gone] = [];
        (sizes[kept], sizes[gone]) = (sizes[kept] + sizes[gone], 0);
    }
}
