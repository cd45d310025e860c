using System.Diagnostics;
using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Separation;
using Math4AI.Separation.Quality;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Random;

namespace Math4AI.Benchmarks;

/// <summary>
/// Seconds of separations of three channels from 10⁴ samples to 10⁸, from 10⁷ on from a file, and the exponent p of
/// seconds ∝ samplesᵖ by least squares of the logarithms: of whole separations, most of whose work is on a part of the
/// samples where there are many, and of one iteration over all of them.
/// </summary>
internal static class Scaling
{
    private const int Channels = 3;
    private const int FileFrom = 10_000_000;
    private const int Block = 1 << 20;

    public static int Run(string[] words)
    {
        int most = words.Length > 0 ? int.Parse(words[0], CultureInfo.InvariantCulture) : 8;
        Matrix<double> mixing =
            DenseMatrix.OfArray(new[,] { { 0.7, 0.2, 0.1 }, { 0.1, 0.8, 0.2 }, { 0.03, 0.1, 0.5 } });
        (string Name, Separator Method, List<(double, double)> Points)[] methods =
        [
            ("fastica", Separator.FastIca(), []), ("ml", Separator.MaximumLikelihood(), []),
            ("mi", Separator.MinimumMutualInformation(), []),
        ];
        var iterations = new List<(double, double)>();
        Console.WriteLine("  samples    method   seconds   iterations   Amari error");
        for (int power = 4; power <= most; power++)
        {
            int samples = (int)Math.Pow(10, power);
            string file = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.npy");
            try
            {
                Write(file, samples, mixing);
                using var onDisk = new NpySource(file);
                ISampleSource source = samples < FileFrom ? Held(onDisk) : onDisk;
                double iteration = Iteration.Seconds(source, Math.Clamp(100_000_000 / samples, 3, 1000));
                iterations.Add((power, Math.Log10(iteration)));
                Console.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{samples,9}   iteration {iteration,11:0.0000000}"));
                foreach ((string name, Separator method, List<(double, double)> points) in methods)
                {
                    int repeats = Math.Clamp(10_000_000 / samples, 1, 20);
                    SeparationResult result = method.Separate(source);
                    double[] seconds = new double[repeats];
                    for (int repeat = 0; repeat < repeats; repeat++)
                    {
                        long start = Stopwatch.GetTimestamp();
                        result = method.Separate(source);
                        seconds[repeat] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    }

                    double median = seconds.Order().ElementAt(repeats / 2);
                    points.Add((power, Math.Log10(median)));
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{samples,9}   {name,-7} {median,9:0.00000} {result.Iterations,12} "
                        + $"{SeparationQuality.AmariError(result.Unmixing.Matrix * mixing),13:0.000000}"));
                }
            }
            finally
            {
                File.Delete(file);
            }
        }

        Console.WriteLine($"iteration: exponent {Slope(iterations):0.000} over all, {Slope(iterations[^3..]):0.000} "
            + "over the last three");
        foreach ((string name, _, List<(double X, double Y)> points) in methods)
        {
            Console.WriteLine(
                $"{name}: exponent {Slope(points):0.000} over all, {Slope(points[^3..]):0.000} over the last three");
        }

        return 0;
    }

    private static double Slope(List<(double X, double Y)> points)
    {
        double x = points.Average(point => point.X), y = points.Average(point => point.Y);
        return points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
    }

    private static MatrixSampleSource Held(NpySource file)
    {
        double[] all = new double[Channels * file.Length];
        file.Read(0, (int)file.Length, all);
        return new MatrixSampleSource(new DenseMatrix((int)file.Length, Channels, all));
    }

    /// <summary>A mixture of Laplace sources.</summary>
    private static void Write(string file, int samples, Matrix<double> mixing)
    {
        var random = new MersenneTwister(1, threadSafe: false);
        using var writer = new NpyWriter(file, Channels, samples, isDouble: true);
        double[] block = new double[Channels * Block], source = new double[Channels];
        for (int start = 0; start < samples; start += Block)
        {
            int count = Math.Min(Block, samples - start);
            for (int i = 0; i < count; i++)
            {
                for (int k = 0; k < Channels; k++)
                {
                    double u = random.NextDouble() - 0.5;
                    source[k] = -Math.Sign(u) * Math.Log(1.0 - 2.0 * Math.Abs(u));
                }

                for (int channel = 0; channel < Channels; channel++)
                {
                    block[channel * count + i] = mixing[channel, 0] * source[0] + mixing[channel, 1] * source[1]
                        + mixing[channel, 2] * source[2];
                }
            }

            writer.Write(start, count, block.AsSpan(0, Channels * count));
        }
    }
}
