using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>Passes over the samples that assign each to its nearest center and sum them by cluster.</summary>
/// <typeparam name="T">The type of the distances: float for half the memory to move, or double.</typeparam>
internal sealed class LloydPass<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The labels of the last pass take no more: those of 268 million samples where they fit into bytes.
    private const long MaxRemembered = 1L << 28;

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
            () => new State(
                samples.Channels, clusters, blockLength,
                samples.Source.Length <= MaxRemembered / (FitBytes(clusters) ? 1 : sizeof(int))));
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

    private static bool FitBytes(int clusters) => clusters <= byte.MaxValue + 1;

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
        private readonly int[] before = new int[blockLength];
        private readonly int[] changed = new int[blockLength];
        private readonly List<byte[]> remembered = [];
        private readonly bool areBytes = FitBytes(clusters);
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
                Span<int> last = before.AsSpan(0, count);
                Recall(remembered[block], last);
                Totals.Move(samples, Changed(last, found), found, last);
                Remember(found, remembered[block]);
            }
            else
            {
                Totals.Add(samples, found);
                if (remembers)
                {
                    remembered.Add(new byte[count * (areBytes ? 1 : sizeof(int))]);
                    Remember(found, remembered[block]);
                }
            }

            block++;
        }

        private void Remember(ReadOnlySpan<int> found, byte[] kept)
        {
            if (areBytes)
            {
                TensorPrimitives.ConvertTruncating(found, kept.AsSpan());
            }
            else
            {
                MemoryMarshal.AsBytes(found).CopyTo(kept);
            }
        }

        private void Recall(byte[] kept, Span<int> labels)
        {
            if (areBytes)
            {
                TensorPrimitives.ConvertTruncating<byte, int>(kept, labels);
            }
            else
            {
                kept.CopyTo(MemoryMarshal.AsBytes(labels));
            }
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
