using System.Diagnostics;
using System.Globalization;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Benchmarks;

/// <summary>
/// Gaussian processes on the published splits of four data sets, with one setting for all: of four kernels, each with a
/// length scale for each input, the training part chooses, by the evidence, by the evidence less the price of its
/// hyperparameters, or by the density of each sample from the others. The test parts choose nothing. <c>processes [DATA
/// …] [SPLITS]</c>: a number takes the first splits alone.
/// </summary>
internal static class ProcessQuality
{
    private const int Splits = 20;

    // Hyperparameters are estimated from so many training samples at random; the process takes all.
    private const int MaxSearchSamples = 2000;

    // What the training part is asked for; the greatest answer chooses the kernel.
    private static readonly (string Name, Func<GaussianProcessFit, Vector<double>, double> Of)[] Rules =
    [
        ("evidence", (fit, _) => fit.LogEvidence),

        // Each hyperparameter costs half a logarithm of the samples. Source: D. Duvenaud et al., Structure discovery in
        // nonparametric regression through compositional kernel search, ICML (2013).
        ("evidence, BIC", (fit, y) => fit.LogEvidence - 0.5 * fit.Kernel.Parameters.Count * Math.Log(y.Count)),
        ("leave one out", (fit, y) => fit.LeaveOneOut().LogDensity(y).Average()),
    ];

    public static int Run(string[] words)
    {
        string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data.");
        string? number = words.FirstOrDefault(word => char.IsAsciiDigit(word[0]));
        int splits = number is null ? Splits : int.Parse(number, CultureInfo.InvariantCulture);
        if (splits is < 1 or > Splits)
        {
            throw new ArgumentException($"There are {Splits} published splits: give a number from 1 to {Splits}.");
        }

        string[] names = [.. words.Where(word => word != number)];
        Console.WriteLine(
            "| data | n, d | kernel chosen by | splits | RMSE | NLL | 90 % intervals cover | kernels chosen | CPU s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach ((string name, string? only) in new (string, string?)[]
        {
            ("yacht", null), ("yacht", "matern52"), ("concrete", null), ("energy", null), ("power-plant", null),
        })
        {
            if (names.Length == 0 || names.Contains(name))
            {
                Report(name, only, Path.Combine(data, "uci", name), splits);
            }
        }

        return 0;
    }

    private static void Report(string name, string? only, string folder, int splits)
    {
        double[][] rows = Read(Path.Combine(folder, "data.txt"));
        int[] features = Numbers(Path.Combine(folder, "index_features.txt"));
        int target = Numbers(Path.Combine(folder, "index_target.txt"))[0];
        TimeSpan start = Process.GetCurrentProcess().TotalProcessorTime;
        double Seconds() => (Process.GetCurrentProcess().TotalProcessorTime - start).TotalSeconds;
        Scores[] scores = [.. Rules[..(only is null ? Rules.Length : 1)].Select(_ => new Scores())];
        for (int split = 0; split < splits; split++)
        {
            int[] train = Numbers(Path.Combine(folder, $"index_train_{split}.txt"));
            int[] test = Numbers(Path.Combine(folder, $"index_test_{split}.txt"));
            (string Kernel, GaussianProcessFit Fit)[] fits = Fits(X(train), Y(train), only, split);
            for (int rule = 0; rule < scores.Length; rule++)
            {
                scores[rule].Add(fits[rule].Kernel, fits[rule].Fit.Predict(X(test)), Y(test));
            }

            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name}: {split + 1} of {splits} splits, {Seconds():0} s"));
        }

        for (int rule = 0; rule < scores.Length; rule++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {rows.Length}, {features.Length} | {(only is null ? Rules[rule].Name : "given")} | "
                + $"{splits} | {scores[rule]} | {Seconds():0} |"));
        }

        Matrix<double> X(int[] which) =>
            Matrix<double>.Build.Dense(which.Length, features.Length, (i, j) => rows[which[i]][features[j]]);

        Vector<double> Y(int[] which) => Vector<double>.Build.Dense(which.Length, i => rows[which[i]][target]);
    }

    /// <summary>The processes with the kernels that the rules choose, or with one kernel alone.</summary>
    private static (string Kernel, GaussianProcessFit Fit)[] Fits(
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
        (string Kernel, GaussianProcessFit Fit)[] fits =
        [
            .. new (string Name, Kernel Kernel)[]
            {
                ("matern52", 1.0 * Kernel.Matern52(ones)),
                ("matern32", 1.0 * Kernel.Matern32(ones)),
                ("rational-quadratic", 1.0 * Kernel.RationalQuadratic(1.0, ones)),
                ("rbf + matern12", 1.0 * Kernel.Rbf(ones) + 0.1 * Kernel.Matern12(ones)),
            }
                .Where(each => only is null || each.Name == only)
                .Select(each =>
                    (each.Name, new GaussianProcess { Kernel = each.Kernel, Starts = 1 }.Fit(some, ofSome))),
        ];
        double variance = ofSome.Variance();
        Dictionary<string, GaussianProcessFit> whole = [];
        return [.. Rules.Select(rule => fits.MaxBy(each => rule.Of(each.Fit, ofSome))).Select(best =>
            (best.Kernel, whole.TryGetValue(best.Kernel, out GaussianProcessFit? fit)
                ? fit
                : whole[best.Kernel] = rows.Length == x.RowCount ? best.Fit : OfAll(best.Fit)))];

        GaussianProcessFit OfAll(GaussianProcessFit part) => new GaussianProcess
        {
            Kernel = part.Kernel,
            NoiseVariance = part.NoiseVariance / variance,
            Optimize = false,
        }.Fit(x, y);
    }

    internal static int[] Numbers(string path) => [.. Read(path).Select(row => (int)row[0])];

    internal static double[][] Read(string path) =>
    [
        .. File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)).Select(
            line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray()),
    ];

    /// <summary>What the test parts of the splits say of a rule.</summary>
    private sealed class Scores
    {
        private readonly List<double> errors = [], losses = [], covered = [];
        private readonly List<string> kernels = [];

        public void Add(string kernel, GaussianProcessPrediction found, Vector<double> observed)
        {
            kernels.Add(kernel);
            errors.Add(Math.Sqrt((observed - found.Mean).PointwisePower(2.0).Average()));
            losses.Add(-found.LogDensity(observed).Average());
            covered.Add(found.Coverage(observed, 0.9));
        }

        public override string ToString()
        {
            string chosen = string.Join(
                ", ", kernels.GroupBy(kernel => kernel).Select(group => $"{group.Key} {group.Count()}"));
            return string.Create(CultureInfo.InvariantCulture,
                $"{Text(errors)} | {Text(losses)} | {100.0 * covered.Average():0.0} % | {chosen}");
        }

        // The mean with its standard error, of which a single split has none.
        private static string Text(List<double> values) => values.Count == 1
            ? values[0].ToString("0.000", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture,
                $"{values.Average():0.000} ± {values.StandardDeviation() / Math.Sqrt(values.Count):0.000}");
    }
}
