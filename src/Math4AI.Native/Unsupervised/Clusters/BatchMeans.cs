using System.Numerics;
using MathNet.Numerics.Random;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// k-means by mini-batches: each step assigns some drawn samples, and moves each center to the mean of all samples that
/// it has ever got. Source: D. Sculley, "Web-scale k-means clustering", WWW 2010.
/// </summary>
internal static class BatchMeans
{
    // Samples are drawn by runs of neighbors, which lie in one page of a file.
    private const int RunLength = 64;

    // The search ends after so many batches without a smaller mean distance.
    private const int Patience = 10;

    /// <summary>Improves centers.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="start">The centers to start from, clusters × channels, row after row.</param>
    /// <param name="size">The number of samples of a batch.</param>
    /// <param name="maxBatches">The limit on batches.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>The centers, the number of batches, and whether the distances had stopped to fall.</returns>
    public static (double[] Centers, int Batches, bool IsConverged) Improve<T>(
        CenteredSource samples, double[] start, int size, long maxBatches, int seed, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int clusters = start.Length / samples.Channels;
        double[] centers = [.. start], counts = new double[clusters];
        var batch = new Batch<T>(samples, size, new MersenneTwister(seed, threadSafe: false));

        // About as many samples count for the mean distance as there are.
        double share = Math.Min(1.0, 2.0 * size / (samples.Source.Length + 1.0));
        double smooth = double.NaN, lowest = double.PositiveInfinity;
        int waited = 0;
        for (int step = 1; step <= maxBatches; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            double distance = batch.Move(centers, counts);
            smooth = double.IsNaN(smooth) ? distance : smooth + share * (distance - smooth);
            waited = smooth < lowest ? 0 : waited + 1;
            lowest = Math.Min(lowest, smooth);
            if (waited >= Patience)
            {
                return (centers, step, true);
            }
        }

        return (centers, (int)maxBatches, false);
    }

    private sealed class Batch<T>(CenteredSource samples, int size, Random random)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly int runs = (size + RunLength - 1) / RunLength;
        private readonly T[] run = new T[RunLength * samples.Channels];

        /// <summary>Draws a batch and moves the centers; returns the mean squared distance before it.</summary>
        public double Move(double[] centers, double[] counts)
        {
            (T[] block, int drawn) = Draw();
            int channels = samples.Channels;
            int[] labels = new int[drawn];
            new NearestCenters<T>(centers, counts.Length).Find(block, drawn, labels);
            double[] sums = new double[centers.Length], added = new double[counts.Length];
            double squares = 0.0;
            for (int i = 0; i < drawn; i++)
            {
                int first = labels[i] * channels;
                added[labels[i]]++;
                for (int channel = 0; channel < channels; channel++)
                {
                    double way = double.CreateTruncating(block[channel * drawn + i]) - centers[first + channel];
                    squares += way * way;
                    sums[first + channel] += way;
                }
            }

            for (int i = 0; i < centers.Length; i++)
            {
                int cluster = i / channels;
                centers[i] += added[cluster] > 0.0 ? sums[i] / (counts[cluster] + added[cluster]) : 0.0;
            }

            for (int cluster = 0; cluster < counts.Length; cluster++)
            {
                counts[cluster] += added[cluster];
            }

            return squares / drawn;
        }

        /// <summary>Runs of samples, each as likely as every other; the last one of the source may be short.</summary>
        private (T[] Block, int Drawn) Draw()
        {
            long length = samples.Source.Length, all = (length + RunLength - 1) / RunLength;
            long[] starts = [.. Enumerable.Range(0, runs).Select(_ => random.NextInt64(all) * RunLength)];
            int drawn = starts.Sum(start => (int)Math.Min(RunLength, length - start)), done = 0;
            T[] block = new T[drawn * samples.Channels];
            foreach (long start in starts)
            {
                int count = (int)Math.Min(RunLength, length - start);
                Span<T> read = run.AsSpan(0, count * samples.Channels);
                samples.Read(start, count, read);
                for (int channel = 0; channel < samples.Channels; channel++)
                {
                    read.Slice(channel * count, count).CopyTo(block.AsSpan(channel * drawn + done));
                }

                done += count;
            }

            return (block, drawn);
        }
    }
}
