using System.Runtime.InteropServices;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Processes;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// One pass in float64 with centers that stay: the cluster of each sample, the sum of squared distances, and the
/// samples that are farthest from their centers.
/// </summary>
internal sealed class Assignment
{
    private Assignment(double inertia, long[] counts, int[] labels, List<(double Distance, double[] At)> farthest) =>
        (Inertia, Counts, Labels, Farthest) = (inertia, counts, labels, farthest);

    /// <summary>Gets Σ‖x − c(x)‖², in the coordinates of the pass.</summary>
    public double Inertia { get; }

    public long[] Counts { get; }

    /// <summary>Gets the cluster of each sample; empty where they were not asked for.</summary>
    public int[] Labels { get; }

    /// <summary>Gets the farthest sample of each segment of the pass, the farthest of all first.</summary>
    public List<(double Distance, double[] At)> Farthest { get; }

    public static Assignment Of(
        CenteredSource samples, double[] centers, int clusters, bool withLabels, CancellationToken cancellation)
    {
        int channels = samples.Channels;
        var nearest = new NearestCenters<double>(centers, clusters);
        int[] labels = withLabels ? new int[checked((int)samples.Source.Length)] : [];
        int length = BlockPass<double, State>.BlockLengthFor(samples.Source);
        var pass = new BlockPass<double, State>(samples.Source, samples.Read, 0, () => new State(clusters, length));
        pass.Run(
            (state, block, _, count, start) =>
            {
                Span<int> found = withLabels ? labels.AsSpan((int)start, count) : state.Labels.AsSpan(0, count);
                nearest.Find(block, count, found);
                state.Add(block, count, channels, centers, found);
            },
            cancellation);
        ProcessGroup processes = samples.Source.Processes;
        for (int process = 0; process < processes.Count && withLabels; process++)
        {
            (long first, long end) = pass.SamplesOf(process);
            processes.Broadcast(MemoryMarshal.AsBytes(labels.AsSpan((int)first, (int)(end - first))), process);
        }

        State[] states = [.. pass.States];
        return new Assignment(
            states.Sum(state => state.Inertia),
            [.. Enumerable.Range(0, clusters).Select(c => (long)states.Sum(state => state.Counts[c]))],
            labels,
            FarthestOf(states, channels, processes));
    }

    /// <summary>The farthest samples of the segments of all processes.</summary>
    private static List<(double Distance, double[] At)> FarthestOf(
        State[] states, int channels, ProcessGroup processes)
    {
        // Each process fills its own rows: a distance and where it is. A row of zeros is none.
        int width = 1 + channels, ofProcess = BlockPass<double, State>.MaxSegments * width;
        double[] rows = new double[ofProcess * processes.Count];
        for (int i = 0; i < states.Length; i++)
        {
            if (states[i].Farthest.Length > 0)
            {
                int row = processes.Rank * ofProcess + i * width;
                rows[row] = states[i].Distance;
                states[i].Farthest.CopyTo(rows, row + 1);
            }
        }

        processes.Sum(rows);
        return
        [
            .. rows.Chunk(width).Where(row => row[0] > 0.0).Select(row => (row[0], row[1..]))
                .OrderByDescending(pair => pair.Item1),
        ];
    }

    private sealed class State(int clusters, int blockLength) : IPartialSums
    {
        private readonly double[] squares = new double[blockLength];
        private readonly double[] inertia = new double[1];

        IReadOnlyList<double[]> IPartialSums.Totals => [inertia, Counts];

        public double Inertia => inertia[0];

        public double[] Counts { get; } = new double[clusters];

        public int[] Labels { get; } = new int[blockLength];

        public double Distance { get; private set; } = -1.0;

        public double[] Farthest { get; private set; } = [];

        public void Add(ReadOnlySpan<double> block, int count, int channels, double[] centers, ReadOnlySpan<int> labels)
        {
            Span<double> distances = squares.AsSpan(0, count);
            distances.Clear();
            for (int channel = 0; channel < channels; channel++)
            {
                ReadOnlySpan<double> x = block.Slice(channel * count, count);
                for (int i = 0; i < count; i++)
                {
                    double difference = x[i] - centers[labels[i] * channels + channel];
                    distances[i] += difference * difference;
                }
            }

            int far = 0;
            for (int i = 0; i < count; i++)
            {
                Counts[labels[i]]++;
                inertia[0] += distances[i];
                far = distances[i] > distances[far] ? i : far;
            }

            if (distances[far] > Distance)
            {
                Distance = distances[far];
                Farthest = new double[channels];
                for (int channel = 0; channel < channels; channel++)
                {
                    Farthest[channel] = block[channel * count + far];
                }
            }
        }
    }
}
