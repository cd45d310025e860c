using System.Numerics.Tensors;
using Math4AI.Data;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// Starts for k-means: centers drawn one after the other, each with a probability proportional to the squared distance
/// to those before it, the best of a few candidates each time. Source: D. Arthur, S. Vassilvitskii, "k-means++: the
/// advantages of careful seeding", SODA (2007).
/// </summary>
internal static class PlusPlus
{
    /// <summary>Draws samples without repetition, in the order of the source; all of them where they are few.</summary>
    public static Matrix<double> Draw(ISampleSource source, int most, int seed, CancellationToken cancellation)
    {
        int count = (int)Math.Min(most, source.Length);
        var random = new MersenneTwister(seed, threadSafe: false);
        Matrix<double> drawn = Matrix<double>.Build.Dense(count, source.Channels);
        const int Length = 4096;
        double[] block = new double[Length * source.Channels];
        int taken = 0;
        for (long start = 0; start < source.Length && taken < count; start += Length)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = (int)Math.Min(Length, source.Length - start);
            bool isRead = false;
            for (int i = 0; i < length && taken < count; i++)
            {
                // Each sample is taken with the probability that leaves every choice of the rest equally likely.
                if (random.NextDouble() * (source.Length - start - i) >= count - taken)
                {
                    continue;
                }

                if (!isRead)
                {
                    source.Read(start, length, block);
                    isRead = true;
                }

                for (int channel = 0; channel < source.Channels; channel++)
                {
                    drawn[taken, channel] = block[channel * length + i];
                }

                taken++;
            }
        }

        return drawn;
    }

    /// <summary>Draws centers among samples.</summary>
    /// <param name="columns">The samples, a column each channel.</param>
    /// <param name="clusters">The number of centers.</param>
    /// <param name="random">Where the numbers come from.</param>
    /// <returns>clusters × channels, row after row.</returns>
    public static double[] Centers(double[][] columns, int clusters, Random random)
    {
        int samples = columns[0].Length, channels = columns.Length;
        int trials = 2 + (int)Math.Log(clusters);
        double[] centers = new double[clusters * channels];
        double[] nearest = new double[samples], candidate = new double[samples], best = new double[samples];
        Array.Fill(nearest, double.PositiveInfinity);
        for (int center = 0; center < clusters; center++)
        {
            int chosen = 0;
            double lowest = double.PositiveInfinity, total = center == 0 ? 0.0 : TensorPrimitives.Sum<double>(nearest);
            for (int trial = 0; trial < (center == 0 ? 1 : trials); trial++)
            {
                int sample = center == 0 || !(total > 0.0)
                    ? random.Next(samples)
                    : Pick(nearest, total * random.NextDouble());
                Distances(columns, sample, candidate);
                TensorPrimitives.Min<double>(candidate, nearest, candidate);
                double left = TensorPrimitives.Sum<double>(candidate);
                if (left < lowest)
                {
                    (lowest, chosen) = (left, sample);
                    (best, candidate) = (candidate, best);
                }
            }

            best.CopyTo(nearest, 0);
            for (int channel = 0; channel < channels; channel++)
            {
                centers[center * channels + channel] = columns[channel][chosen];
            }
        }

        return centers;
    }

    private static int Pick(double[] weights, double at)
    {
        double sum = 0.0;
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0.0)
            {
                sum += weights[i];
                last = i;
                if (sum > at)
                {
                    break;
                }
            }
        }

        return last;
    }

    private static void Distances(double[][] columns, int sample, double[] squares)
    {
        Array.Clear(squares);
        double[] difference = new double[squares.Length];
        foreach (double[] column in columns)
        {
            TensorPrimitives.Subtract(column, column[sample], difference);
            TensorPrimitives.MultiplyAdd<double>(difference, difference, squares, squares);
        }
    }
}
