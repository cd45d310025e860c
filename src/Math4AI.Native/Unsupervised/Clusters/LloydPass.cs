using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>Passes over the samples that assign each to its nearest center and sum them by cluster.</summary>
/// <typeparam name="T">The type of the distances: float for half the memory to move, or double.</typeparam>
internal sealed class LloydPass<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The labels of so many samples take 256 MB.
    private const long MaxRemembered = 1L << 26;

    // Samples that take no more than 512 MB are kept centered: every pass would do that again.
    private const long MaxKept = 1L << 29;

    private readonly CenteredSource samples;
    private readonly int clusters;
    private readonly BlockPass<T, State> pass;
    private readonly int blockLength;
    private readonly T[]?[] kept;

    public LloydPass(CenteredSource samples, int clusters)
    {
        this.samples = samples;
        this.clusters = clusters;
        blockLength = BlockPass<T, State>.BlockLengthFor(samples.Source);
        bool keeps = samples.Source.Length <= MaxKept / samples.Channels / Unsafe.SizeOf<T>();
        kept = keeps ? new T[]?[(samples.Source.Length + blockLength - 1) / blockLength] : [];
        pass = new BlockPass<T, State>(
            samples.Source,
            Read,
            0,
            () => new State(samples.Channels, clusters, blockLength, samples.Source.Length <= MaxRemembered));
    }

    /// <summary>Assigns every sample.</summary>
    /// <param name="centers">clusters × channels, row after row, in the coordinates of the pass.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    public (double[] Centers, long[] Counts) Run(double[] centers, CancellationToken cancellation)
    {
        int channels = samples.Channels;
        var nearest = new NearestCenters<T>(centers, clusters);
        foreach (State state in pass.States)
        {
            state.Begin();
        }

        pass.Run((state, block, _, count, _) => state.Add(nearest, block, count), cancellation);
        (double[] sums, long[] counts) = Totals();
        double[] means = new double[channels * clusters];
        for (int cluster = 0; cluster < clusters; cluster++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                int to = cluster * channels + channel;
                means[to] = counts[cluster] > 0 ? sums[to] / counts[cluster] : centers[to];
            }
        }

        return (means, counts);
    }

    private void Read(long start, int count, Span<T> block)
    {
        int place = (int)(start / blockLength);
        if (place < kept.Length && kept[place] is { } known)
        {
            known.CopyTo(block);
            return;
        }

        samples.Read(start, count, block);
        if (place < kept.Length)
        {
            kept[place] = block[..(count * samples.Channels)].ToArray();
        }
    }

    /// <summary>Returns the sums and the counts of all segments, in all processes.</summary>
    private (double[] Sums, long[] Counts) Totals()
    {
        double[] totals = new double[(samples.Channels + 1) * clusters];
        Span<double> sums = totals.AsSpan(0, samples.Channels * clusters), counts = totals.AsSpan(sums.Length);
        foreach (State state in pass.States)
        {
            TensorPrimitives.Add(sums, state.Totals.Sums, sums);
            for (int cluster = 0; cluster < clusters; cluster++)
            {
                counts[cluster] += state.Totals.Counts[cluster];
            }
        }

        samples.Source.Processes.Sum(totals);
        return (sums.ToArray(), [.. totals.Skip(sums.Length).Select(count => (long)count)]);
    }

    /// <summary>
    /// The sums of a segment. Where it remembers the labels of the last pass, only the samples that have changed their
    /// cluster are added and taken away, which soon are few.
    /// </summary>
    private sealed class State(int channels, int clusters, int blockLength, bool remembers) : IPartialSums
    {
        private readonly int[] labels = new int[blockLength];
        private readonly int[] changed = new int[blockLength];
        private readonly List<int[]> remembered = [];
        private int block;

        // They are kept from pass to pass, and therefore added up over processes elsewhere.
        IReadOnlyList<double[]> IPartialSums.Totals => [];

        public ClusterSums<T> Totals { get; } = new(channels, clusters);

        public void Begin()
        {
            block = 0;
            if (!remembers)
            {
                Totals.Clear();
            }
        }

        public void Add(NearestCenters<T> nearest, ReadOnlySpan<T> samples, int count)
        {
            Span<int> found = labels.AsSpan(0, count);
            nearest.Find(samples, count, found);
            if (remembers && block < remembered.Count)
            {
                Span<int> before = remembered[block].AsSpan(0, count);
                Totals.Move(samples, Changed(before, found), found, before);
                found.CopyTo(before);
            }
            else
            {
                Totals.Add(samples, found);
                if (remembers)
                {
                    remembered.Add(found.ToArray());
                }
            }

            block++;
        }

        private ReadOnlySpan<int> Changed(ReadOnlySpan<int> before, ReadOnlySpan<int> found)
        {
            int changes = 0;
            for (int i = 0; i < found.Length; i++)
            {
                changed[changes] = i;
                changes += found[i] != before[i] ? 1 : 0;
            }

            return changed.AsSpan(0, changes);
        }
    }
}
