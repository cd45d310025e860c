using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Unsupervised.Outliers;

/// <summary>
/// Scores samples by how few random cuts set them apart: trees that cut a random column at a random place reach a
/// sample among others late, and one that lies outside early. No distances and no units enter, so columns may have any
/// scale. Compare <c>sklearn.ensemble.IsolationForest</c>. Source: F. T. Liu, K. M. Ting, Z.-H. Zhou, "Isolation
/// forest", ICDM 2008.
/// </summary>
public sealed record IsolationForest
{
    /// <summary>Gets the number of trees.</summary>
    public int Trees { get; init => field = Setting.AtLeast(value, 1); } = 100;

    /// <summary>Gets how many samples each tree is grown from; fewer where there are not so many.</summary>
    public int SamplesPerTree { get; init => field = Setting.AtLeast(value, 2); } = 256;

    /// <summary>Gets the seed of the cuts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Grows the trees.</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <param name="cancellation">Stops between trees.</param>
    /// <exception cref="ArgumentException">There are fewer than two samples, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public IsolationForestFit Fit(Matrix<double> samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.RowCount < 2)
        {
            throw new ArgumentException("Cuts between samples need 2 samples or more.", nameof(samples));
        }

        double[] rows = SampleRows.Finite(samples);
        int channels = samples.ColumnCount, size = Math.Min(SamplesPerTree, samples.RowCount);
        var random = new MersenneTwister(Seed, threadSafe: false);
        int[] order = [.. Enumerable.Range(0, samples.RowCount)];
        var grown = new GrowingTrees(rows, channels, (int)Math.Ceiling(Math.Log2(size)), random);
        for (int tree = 0; tree < Trees; tree++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int i = 0; i < size; i++)
            {
                int other = random.Next(i, order.Length);
                (order[i], order[other]) = (order[other], order[i]);
            }

            grown.Grow(order[..size]);
        }

        return new IsolationForestFit(grown.Cuts, Trees, size, channels);
    }

    /// <summary>
    /// Returns the mean number of cuts that set a sample apart among so many by chance: 2 H(n − 1) − 2 (n − 1) / n.
    /// </summary>
    internal static double MeanDepth(int samples) =>
        samples <= 1 ? 0.0 : 2.0 * SpecialFunctions.Harmonic(samples - 1) - 2.0 * (samples - 1.0) / samples;

    /// <summary>Trees one after the other; in each a cut stands before the two parts that it makes.</summary>
    private sealed class GrowingTrees(double[] rows, int channels, int maxDepth, Random random)
    {
        private readonly List<IsolationCut> cuts = [];

        public IsolationCut[] Cuts => [.. cuts];

        public void Grow(int[] members) => Cut(members, 0);

        private void Cut(Span<int> members, int depth)
        {
            int at = cuts.Count;
            cuts.Add(new IsolationCut(-1, 0.0, 0, members.Length));
            if (depth == maxDepth || Choose(members) is not var (channel, low, high))
            {
                return;
            }

            // Below it on one side and not below on the other: neither side is empty. The difference of two large
            // numbers may be too large for a number; this sum is not.
            double share = random.NextDouble();
            double place = Math.Clamp((1.0 - share) * low + share * high, double.BitIncrement(low), high);
            int below = 0;
            for (int i = 0; i < members.Length; i++)
            {
                if (rows[members[i] * channels + channel] < place)
                {
                    (members[i], members[below]) = (members[below], members[i]);
                    below++;
                }
            }

            Cut(members[..below], depth + 1);
            int second = cuts.Count;
            Cut(members[below..], depth + 1);
            cuts[at] = new IsolationCut(channel, place, second, members.Length);
        }

        /// <summary>A channel in which the samples differ, and its range; null where they are all the same.</summary>
        private (int Channel, double Low, double High)? Choose(ReadOnlySpan<int> members)
        {
            int[] order = [.. Enumerable.Range(0, channels)];
            for (int i = 0; i < channels && members.Length > 1; i++)
            {
                int other = random.Next(i, channels);
                (order[i], order[other]) = (order[other], order[i]);
                double low = double.PositiveInfinity, high = double.NegativeInfinity;
                foreach (int member in members)
                {
                    double value = rows[member * channels + order[i]];
                    (low, high) = (Math.Min(low, value), Math.Max(high, value));
                }

                if (low < high)
                {
                    return (order[i], low, high);
                }
            }

            return null;
        }
    }
}

/// <summary>A cut of a tree, or its end.</summary>
/// <param name="Channel">The channel that is cut; -1 for an end.</param>
/// <param name="Place">Samples below it go to the next cut, others to <paramref name="Second"/>.</param>
/// <param name="Second">The place of the second part among the cuts.</param>
/// <param name="Samples">The number of samples that came here.</param>
internal readonly record struct IsolationCut(int Channel, double Place, int Second, int Samples);
