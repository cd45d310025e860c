using System.Numerics.Tensors;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>How far a sample is from groups of others, by the linkage of a hierarchy.</summary>
internal sealed class GroupDistances
{
    private readonly double[] rows;
    private readonly int channels;
    private readonly int[] labels;
    private readonly Linkage linkage;
    private readonly int[] sizes;
    private readonly double[] means;

    /// <summary>Prepares the distances.</summary>
    /// <param name="rows">Sample after sample.</param>
    /// <param name="channels">The numbers of each sample.</param>
    /// <param name="labels">The group of each sample.</param>
    /// <param name="groups">The number of groups.</param>
    /// <param name="linkage">What their distance is.</param>
    public GroupDistances(double[] rows, int channels, int[] labels, int groups, Linkage linkage)
    {
        (this.rows, this.channels, this.labels, this.linkage) = (rows, channels, labels, linkage);
        sizes = new int[groups];
        means = new double[groups * channels];
        for (int i = 0; i < labels.Length; i++)
        {
            sizes[labels[i]]++;
            Span<double> mean = means.AsSpan(labels[i] * channels, channels);
            TensorPrimitives.Add(mean, rows.AsSpan(i * channels, channels), mean);
        }

        for (int group = 0; group < groups; group++)
        {
            Span<double> mean = means.AsSpan(group * channels, channels);
            TensorPrimitives.Divide(mean, sizes[group], mean);
        }
    }

    /// <summary>Returns the nearest group; of equally near ones the first.</summary>
    public int Nearest(ReadOnlySpan<double> sample)
    {
        double[] distances = linkage == Linkage.Ward ? ToMeans(sample) : ToSamples(sample);
        return TensorPrimitives.IndexOfMin<double>(distances);
    }

    private double[] ToMeans(ReadOnlySpan<double> sample)
    {
        double[] distances = new double[sizes.Length];
        for (int group = 0; group < sizes.Length; group++)
        {
            double both = Math.Sqrt(2.0 * sizes[group] / (sizes[group] + 1.0));
            distances[group] = both * TensorPrimitives.Distance(sample, means.AsSpan(group * channels, channels));
        }

        return distances;
    }

    private double[] ToSamples(ReadOnlySpan<double> sample)
    {
        double[] distances = new double[sizes.Length];
        Array.Fill(distances, linkage == Linkage.Single ? double.PositiveInfinity : 0.0);
        for (int i = 0; i < labels.Length; i++)
        {
            double distance = TensorPrimitives.Distance(sample, rows.AsSpan(i * channels, channels));
            ref double of = ref distances[labels[i]];
            of = linkage switch
            {
                Linkage.Single => Math.Min(of, distance),
                Linkage.Complete => Math.Max(of, distance),
                _ => of + distance / sizes[labels[i]],
            };
        }

        return distances;
    }
}
