using System.Diagnostics;
using System.Globalization;
using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using Math4AI.Separation;
using Math4AI.Separation.Ica;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// One iteration of FastICA over all samples, alone, and what reading the samples from memory once takes.
/// </summary>
internal static class Iteration
{
    /// <summary>The median seconds of an iteration.</summary>
    public static double Seconds(ISampleSource samples, int repeats)
    {
        Whitening whitening = Whitening.Of(samples);
        int sources = whitening.Matrix.RowCount;
        FixedPointPass pass = FixedPointPass.Over(samples, whitening, sources, new FastIcaOptions());
        Matrix<double> rotation = Rotations.Random(sources, 1);
        return Median(repeats, () => pass.Step(rotation, CancellationToken.None));
    }

    /// <summary>Says how an iteration stands against the memory.</summary>
    public static void Print(Matrix<double> samplesByChannels)
    {
        double[] all = samplesByChannels.AsColumnMajorArray();
        double limit = Enumerable.Range(0, 21).Min(_ => Median(1, () => Sum(all)));
        double seconds = Seconds(new MatrixSampleSource(samplesByChannels), 21);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"an iteration over all samples: {1e3 * seconds:0.00} ms; reading them once: {1e3 * limit:0.00} ms, "
            + $"{8e-9 * all.LongLength / limit:0.0} GB/s; {seconds / limit:0.00} times"));
    }

    private static double Sum(double[] all)
    {
        int parts = Compute.Threads, length = all.Length / parts;
        double[] sums = new double[parts];
        Parallel.For(0, parts, part => sums[part] = BlockKernels.Sum(all.AsSpan(part * length, length)));
        return sums.Sum();
    }

    private static double Median(int repeats, Func<object> action)
    {
        _ = action();
        double[] seconds = new double[repeats];
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            long start = Stopwatch.GetTimestamp();
            _ = action();
            seconds[repeat] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return seconds.Order().ElementAt(repeats / 2);
    }
}
