using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// Says how much nearer a sample is to its own cluster than to the next one: (b − a) / max(a, b), with a the mean
/// distance to the other samples of its cluster and b the least mean distance to those of another. Near 1 it lies well
/// within, near 0 between two, below 0 it belongs elsewhere; 0 for a sample alone in its cluster. Equals
/// <c>sklearn.metrics.silhouette_samples</c>. Source: P. Rousseeuw, "Silhouettes: a graphical aid to the interpretation
/// and validation of cluster analysis", Journal of Computational and Applied Mathematics 20 (1987).
/// </summary>
public static class Silhouette
{
    /// <summary>Computes the silhouette of every sample; all distances are computed, and none is kept.</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <param name="labels">The cluster of each sample.</param>
    /// <exception cref="ArgumentException">
    /// There is another number of labels, there are not two clusters, or a number is not finite.
    /// </exception>
    public static Vector<double> Of(Matrix<double> samples, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != samples.RowCount)
        {
            throw new ArgumentException(
                $"There are {samples.RowCount} samples and {labels.Count} labels.", nameof(labels));
        }

        int[] names = [.. labels.Distinct()];
        if (names.Length < 2)
        {
            throw new ArgumentException("Silhouettes compare clusters: give labels of two or more.", nameof(labels));
        }

        Dictionary<int, int> places = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return Vector<double>.Build.Dense(All(samples, [[.. labels.Select(label => places[label])]])[0]);
    }

    /// <summary>Computes the mean silhouette of several divisions of the same samples.</summary>
    /// <param name="samples">Samples × channels, finite.</param>
    /// <param name="divisions">Divisions into clusters from 0, each with two or more.</param>
    internal static double[] Means(Matrix<double> samples, IReadOnlyList<int[]> divisions) =>
        [.. All(samples, divisions).Select(values => values.Average())];

    private static double[][] All(Matrix<double> samples, IReadOnlyList<int[]> divisions)
    {
        double[] rows = SampleRows.Finite(samples);
        _ = SampleRows.Scale(rows);
        int count = samples.RowCount, channels = samples.ColumnCount;
        int[][] sizes = [.. divisions.Select(SizesOf)];
        double[][] found = [.. divisions.Select(_ => new double[count])];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads };
        Parallel.For(0, count, options, () => new double[count], (i, _, distances) =>
        {
            ReadOnlySpan<double> row = rows.AsSpan(i * channels, channels);
            for (int j = 0; j < count; j++)
            {
                distances[j] = TensorPrimitives.Distance(row, rows.AsSpan(j * channels, channels));
            }

            for (int division = 0; division < found.Length; division++)
            {
                found[division][i] = One(distances, i, divisions[division], sizes[division]);
            }

            return distances;
        }, _ => { });
        return found;
    }

    private static double One(double[] distances, int sample, int[] labels, int[] sizes)
    {
        Span<double> sums = sizes.Length <= 64 ? stackalloc double[sizes.Length] : new double[sizes.Length];
        sums.Clear();
        for (int j = 0; j < distances.Length; j++)
        {
            sums[labels[j]] += distances[j];
        }

        int own = labels[sample];
        if (sizes[own] == 1)
        {
            return 0.0;
        }

        double within = sums[own] / (sizes[own] - 1.0), beyond = double.PositiveInfinity;
        for (int cluster = 0; cluster < sizes.Length; cluster++)
        {
            beyond = cluster == own || sizes[cluster] == 0 ? beyond : Math.Min(beyond, sums[cluster] / sizes[cluster]);
        }

        double larger = Math.Max(within, beyond);
        return larger > 0.0 ? (beyond - within) / larger : 0.0;
    }

    private static int[] SizesOf(int[] labels)
    {
        int[] sizes = new int[labels.Max() + 1];
        foreach (int label in labels)
        {
            sizes[label]++;
        }

        return sizes;
    }
}
