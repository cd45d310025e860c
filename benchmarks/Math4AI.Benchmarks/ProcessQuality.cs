using System.Diagnostics;
using System.Globalization;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Benchmarks;

/// <summary>
/// Gaussian processes on the 20 published splits of four data sets, with one setting for all: of four kernels, each
/// with a length scale for each input, the evidence of the training chooses. The test parts choose nothing.
/// </summary>
internal static class ProcessQuality
{
    private const int Splits = 20;

    // Hyperparameters are estimated from so many training samples at random; the process takes all.
    private const int MaxSearchSamples = 2000;

    public static int Run(string[] words)
    {
        string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data.");
        Console.WriteLine("| data | n, d | RMSE | NLL | 90 % intervals cover | kernels chosen | CPU s |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach ((string name, string? only) in new (string, string?)[]
        {
            ("yacht", null), ("yacht", "matern52"), ("concrete", null), ("energy", null), ("power-plant", null),
        })
        {
            if (words.Length == 0 || words.Contains(name))
            {
                Report(name, only, Path.Combine(data, "uci", name));
            }
        }

        return 0;
    }

    private static void Report(string name, string? only, string folder)
    {
        double[][] rows = Read(Path.Combine(folder, "data.txt"));
        int[] features = Numbers(Path.Combine(folder, "index_features.txt"));
        int target = Numbers(Path.Combine(folder, "index_target.txt"))[0];
        TimeSpan start = Process.GetCurrentProcess().TotalProcessorTime;
        List<double> errors = [], losses = [], covered = [];
        List<string> kernels = [];
        for (int split = 0; split < Splits; split++)
        {
            int[] train = Numbers(Path.Combine(folder, $"index_train_{split}.txt"));
            int[] test = Numbers(Path.Combine(folder, $"index_test_{split}.txt"));
            (string kernel, GaussianProcessFit fit) = Fit(X(train), Y(train), only, split);
            kernels.Add(kernel);
            GaussianProcessPrediction found = fit.Predict(X(test));
            Vector<double> residuals = Y(test) - found.Mean;
            errors.Add(Math.Sqrt(residuals.PointwisePower(2.0).Average()));
            losses.Add(-found.LogDensity(Y(test)).Average());
            covered.Add(found.Coverage(Y(test), 0.9));
        }

        string chosen = string.Join(
            ", ", kernels.GroupBy(kernel => kernel).Select(group => $"{group.Key} {group.Count()}"));
        double seconds = (Process.GetCurrentProcess().TotalProcessorTime - start).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {rows.Length}, {features.Length} | {Text(errors)} | {Text(losses)} | "
            + $"{100.0 * covered.Average():0.0} % | {chosen} | {seconds:0} |"));

        Matrix<double> X(int[] which) =>
            Matrix<double>.Build.Dense(which.Length, features.Length, (i, j) => rows[which[i]][features[j]]);

        Vector<double> Y(int[] which) => Vector<double>.Build.Dense(which.Length, i => rows[which[i]][target]);
    }

    /// <summary>The process with the kernel of the highest evidence, or with one alone.</summary>
    private static (string Kernel, GaussianProcessFit Fit) Fit(
        Matrix<double> x, Vector<double> y, string? only, int split)
    {
        int[] rows = [.. Enumerable.Range(0, x.RowCount)];
        if (rows.Length > MaxSearchSamples)
        {
            new Random(split).Shuffle(rows);
            rows = [.. rows[..MaxSearchSamples].Order()];
        }

        Matrix<double> some = Matrix<double>.Build.DenseOfRowVectors(rows.Select(x.Row));
        Vector<double> ofSome = Vector<double>.Build.Dense(rows.Length, i => y[rows[i]]);
        double[] ones = [.. Enumerable.Repeat(1.0, x.ColumnCount)];
        (string name, GaussianProcessFit best) = new (string, Kernel)[]
        {
            ("matern52", 1.0 * Kernel.Matern52(ones)),
            ("matern32", 1.0 * Kernel.Matern32(ones)),
            ("rational-quadratic", 1.0 * Kernel.RationalQuadratic(1.0, ones)),
            ("rbf + matern12", 1.0 * Kernel.Rbf(ones) + 0.1 * Kernel.Matern12(ones)),
        }
            .Where(pair => only is null || pair.Item1 == only)
            .Select(pair => (pair.Item1, new GaussianProcess { Kernel = pair.Item2, Starts = 1 }.Fit(some, ofSome)))
            .MaxBy(pair => pair.Item2.LogEvidence);
        double variance = ofSome.Variance();
        return (name, rows.Length == x.RowCount ? best : new GaussianProcess
        {
            Kernel = best.Kernel,
            NoiseVariance = best.NoiseVariance / variance,
            Optimize = false,
        }.Fit(x, y));
    }

    private static string Text(List<double> values) => string.Create(CultureInfo.InvariantCulture,
        $"{values.Average():0.000} ± {values.StandardDeviation() / Math.Sqrt(values.Count):0.000}");

    internal static int[] Numbers(string path) => [.. Read(path).Select(row => (int)row[0])];

    internal static double[][] Read(string path) =>
    [
        .. File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)).Select(
            line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray()),
    ];
}
