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
                means[to] = counts[cluster] > 0 ? sums[channel * clusters + cluster] / counts[cluster] : centers[to];
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
            TensorPrimitives.Add(sums, state.Sums, sums);
            for (int cluster = 0; cluster < clusters; cluster++)
            {
                counts[cluster] += state.Counts[cluster];
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
        private const int None = -1;

        private readonly int[] labels = new int[blockLength];
        private readonly int[] changed = new int[blockLength];
        private readonly List<int[]> remembered = [];
        private int block;

        // They are kept from pass to pass, and therefore added up over processes elsewhere.
        IReadOnlyList<double[]> IPartialSums.Totals => [];

        /// <summary>Gets channels × clusters, row after row: the sums of a channel lie side by side.</summary>
        public double[] Sums { get; } = new double[channels * clusters];

        public long[] Counts { get; } = new long[clusters];

        public void Begin()
        {
            block = 0;
            if (!remembers)
            {
                Array.Clear(Sums);
                Array.Clear(Counts);
            }
        }

        public void Add(NearestCenters<T> nearest, ReadOnlySpan<T> samples, int count)
        {
            Span<int> found = labels.AsSpan(0, count);
            nearest.Find(samples, count, found);
            Span<int> before = Before(count), which = changed;
            int changes = 0;
            for (int i = 0; i < count; i++)
            {
                which[changes] = i;
                changes += found[i] != before[i] ? 1 : 0;
            }

            which = which[..changes];
            foreach (int i in which)
            {
                Counts[found[i]]++;
                if (before[i] != None)
                {
                    Counts[before[i]]--;
                }
            }

            for (int channel = 0; channel < channels; channel++)
            {
                AddRow(samples.Slice(channel * count, count), Sums.AsSpan(channel * clusters, clusters), which, found,
                    before);
            }

            found.CopyTo(before);
            block++;
        }

        private static void AddRow(
            ReadOnlySpan<T> x, Span<double> sums, ReadOnlySpan<int> which, ReadOnlySpan<int> found,
            ReadOnlySpan<int> before)
        {
            foreach (int i in which)
            {
                double value = double.CreateTruncating(x[i]);
                sums[found[i]] += value;
                if (before[i] != None)
                {
                    sums[before[i]] -= value;
                }
            }
        }

        private Span<int> Before(int count)
        {
            int place = remembers ? block : 0;
            if (place == remembered.Count)
            {
                remembered.Add(new int[blockLength]);
                remembered[place].AsSpan().Fill(None);
            }
            else if (!remembers)
            {
                remembered[place].AsSpan().Fill(None);
            }

            return remembered[place].AsSpan(0, count);
        }
    }
}
