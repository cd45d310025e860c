using System.Diagnostics;
using System.Globalization;
using Math4AI.Probability;
using Math4AI.Separation;
using Math4AI.Separation.Quality;
using Math4AI.Tests.Separation;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;
using KernelDensity = Math4AI.Probability.KernelDensity;

namespace Math4AI.Benchmarks;

/// <summary>
/// The mean Amari error × 100 of two sources of each of Bach and Jordan's 18 densities, of mixtures of 4 and 8 sources,
/// and with gross errors.
/// </summary>
internal static class Densities
{
    private const int Mixtures = 25;

    private static readonly (int Samples, int Runs)[] Sizes = [(250, 100), (1000, 50)];

    public static int Run(string[] words)
    {
        Separator[] methods = [Separator.MinimumMutualInformation(), Separator.FastIca()];
        if (words is ["many"])
        {
            Many(methods[0]);
            return 0;
        }

        foreach (double gross in words is ["outliers"] ? new[] { 0.01 } : [0.0])
        {
            foreach (Separator method in methods)
            {
                foreach ((int samples, int runs) in Sizes)
                {
                    Table(method, samples, runs, gross);
                }
            }
        }

        return 0;
    }

    private static void Table(Separator method, int samples, int runs, double gross)
    {
        long start = Stopwatch.GetTimestamp();
        double[] errors = [.. BachJordanDensities.Names.Select(name =>
            Enumerable.Range(0, runs)
                .Select(run => Error(method, new string(name, 2), samples, 1000 * name + run, gross)).Average())];
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds / (18 * runs);
        string each = string.Join(' ', errors.Select((error, i) =>
            string.Create(CultureInfo.InvariantCulture, $"{BachJordanDensities.Names[i]} {error:0.0}")));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{method.Name}, N = {samples}, {runs} runs, {100 * gross:0.#} % gross errors: mean "
            + $"{errors.Average():0.00} ({each}), {1e3 * seconds:0.0} ms a run"));
    }

    /// <summary>
    /// Mixtures of sources drawn at random, and beside each error that of maximum likelihood with the true densities:
    /// what chance alone makes of the run.
    /// </summary>
    private static void Many(Separator method)
    {
        Dictionary<char, KernelDensity> densities = BachJordanDensities.Names.ToDictionary(name => name, Density);
        foreach (int sources in new[] { 4, 8 })
        {
            foreach (int samples in new[] { 1000, 2000 })
            {
                (double Error, double Limit)[] runs = [.. Enumerable.Range(0, Mixtures).Select(run =>
                {
                    var random = new MersenneTwister(run + 100 * sources, threadSafe: false);
                    string names =
                        new([.. Enumerable.Range(0, sources).Select(_ => BachJordanDensities.Names[random.Next(18)])]);
                    int seed = 77 * run + sources;
                    return (Error(method, names, samples, seed, 0.0),
                        LimitError([.. names.Select(name => densities[name])], names, samples, seed));
                })];
                double[] errors = [.. runs.Select(run => run.Error)], limits = [.. runs.Select(run => run.Limit)];
                double[] ratios = [.. runs.Select(run => run.Error / run.Limit)];
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{method.Name}, {sources} sources, N = {samples}: median {errors.Median():0.0}, worst "
                    + $"{errors.Max():0.0}, {errors.Max() / errors.Median():0.00} times; with the true densities "
                    + $"{limits.Median():0.0}, {limits.Max():0.0}, {limits.Max() / limits.Median():0.00} times; ours "
                    + $"over that: median {ratios.Median():0.00}, worst {ratios.Max():0.00}"));
            }
        }
    }

    private static KernelDensity Density(char name)
    {
        double[] samples = BachJordanDensities.Draw(name, 1_000_000, new MersenneTwister(1, threadSafe: false));
        return Entropy.StandardisedDensity(samples).Density;
    }

    /// <summary>
    /// The Amari error × 100 of maximum likelihood with the true densities, by Newton's method from the true unmixing.
    /// </summary>
    private static double LimitError(KernelDensity[] densities, string names, int samples, int seed)
    {
        const int Steps = 50;
        const double LongestStep = 0.1;
        (Matrix<double> y, Matrix<double> mixing) = BachJordanDensities.Mix(names, samples, seed);
        Matrix<double> unmixing = mixing.Inverse();
        for (int step = 0; step < Steps; step++)
        {
            Matrix<double> x = y * unmixing.Transpose(), scores = x.Clone();
            for (int i = 0; i < densities.Length; i++)
            {
                double[] score = new double[samples];
                LinearTable.Read(
                    x.Column(i).ToArray(), densities[i].Origin, densities[i].BinWidth, densities[i].Score, score);
                scores.SetColumn(i, score);
            }

            Matrix<double> gradient = scores.TransposeThisAndMultiply(x) / samples;
            Matrix<double> change = Matrix<double>.Build.Dense(densities.Length, densities.Length, (i, j) =>
            {
                (double a, double b) = (densities[i].MeanSlope, densities[j].MeanSlope);
                return i == j
                    ? (gradient[i, i] - 1.0) / (a + 1.0)
                    : (b * gradient[i, j] - gradient[j, i]) / Math.Max(a * b - 1.0, 0.1);
            });
            unmixing -= Math.Min(1.0, LongestStep / change.InfinityNorm()) * change * unmixing;
        }

        return 100.0 * SeparationQuality.AmariError(unmixing * mixing);
    }

    private static double Error(Separator method, string names, int samples, int seed, double gross)
    {
        (Matrix<double> mixture, Matrix<double> mixing) = BachJordanDensities.Mix(names, samples, seed);
        if (gross > 0.0)
        {
            var random = new MersenneTwister(seed + 1, threadSafe: false);
            Vector<double> deviations =
                Vector<double>.Build.Dense(mixture.ColumnCount, j => mixture.Column(j).StandardDeviation());
            for (int i = 0; i < Math.Max(1, gross * samples); i++)
            {
                int row = random.Next(samples);
                for (int j = 0; j < mixture.ColumnCount; j++)
                {
                    mixture[row, j] = (random.NextDouble() < 0.5 ? -5.0 : 5.0) * deviations[j];
                }
            }
        }

        return 100.0 * SeparationQuality.AmariError(method.Separate(mixture).Unmixing.Matrix * mixing);
    }
}
