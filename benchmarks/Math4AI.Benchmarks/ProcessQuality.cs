using System.Diagnostics;
using System.Globalization;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Benchmarks;

/// <summary>
/// Gaussian processes on the published splits of four data sets, with one setting for all: of four kernels, each with a
/// length scale for each input, the training part chooses, by the evidence, by the evidence less the price of its
/// hyperparameters, by the density of each sample from the others, or by the evidence, which then also chooses the
/// noise: normal or Student's t, the same everywhere or changing along the inputs. The test parts choose nothing.
/// <c>processes [DATA …] [SPLITS]</c>: a number takes the first splits alone.
/// </summary>
internal static class ProcessQuality
{
    private const int Splits = 20;

    // Hyperparameters are estimated from so many training samples at random; the process takes all.
    private const int MaxSearchSamples = 1000;

    // Student's t noise is tried up to so many samples: each step to its mode takes a factor of their matrix.
    private const int MaxRobustSamples = 2000;

    private const string NoiseToo = "evidence, noise too";

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
        var scores = new Dictionary<string, Scores>();
        for (int split = 0; split < splits; split++)
        {
            int[] train = Numbers(Path.Combine(folder, $"index_train_{split}.txt"));
            int[] test = Numbers(Path.Combine(folder, $"index_test_{split}.txt"));
            (Matrix<double> x, Vector<double> y) = (X(test), Y(test));
            foreach (Chosen chosen in Fits(X(train), Y(train), only, split))
            {
                scores.TryAdd(chosen.Rule, new Scores());
                scores[chosen.Rule].Add(chosen, x, y);
            }

            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name}: {split + 1} of {splits} splits, {Seconds():0} s"));
        }

        foreach ((string rule, Scores of) in scores)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {rows.Length}, {features.Length} | {rule} | {splits} | {of} | {Seconds():0} |"));
        }

        Matrix<double> X(int[] which) =>
            Matrix<double>.Build.Dense(which.Length, features.Length, (i, j) => rows[which[i]][features[j]]);

        Vector<double> Y(int[] which) => Vector<double>.Build.Dense(which.Length, i => rows[which[i]][target]);
    }

    /// <summary>The processes that the rules choose, or the one with a given kernel.</summary>
    private static IEnumerable<Chosen> Fits(Matrix<double> x, Vector<double> y, string? only, int split)
    {
        int[] rows = [.. Enumerable.Range(0, x.RowCount)];
        if (rows.Length > MaxSearchSamples)
        {
            new Random(split).Shuffle(rows);
            rows = [.. rows[..MaxSearchSamples].Order()];
        }

        Matrix<double> some = Matrix<double>.Build.DenseOfRowVectors(rows.Select(x.Row));
        Vector<double> ofSome = Vector<double>.Build.Dense(rows.Length, i => y[rows[i]]);
        (string Name, GaussianProcessFit Fit)[] fits =
        [
            .. Candidates(x.ColumnCount).Where(each => only is null || each.Name == only).Select(each =>
                (each.Name, new GaussianProcess { Kernel = each.Kernel, Starts = 1 }.Fit(some, ofSome))),
        ];
        Dictionary<string, GaussianProcessFit> whole = [];
        foreach ((string rule, Func<GaussianProcessFit, Vector<double>, double> of) in
            only is null ? Rules : [("given", Rules[0].Of)])
        {
            (string name, GaussianProcessFit best) = fits.MaxBy(each => of(each.Fit, ofSome));
            if (!whole.TryGetValue(name, out GaussianProcessFit? fit))
            {
                fit = whole[name] = rows.Length == x.RowCount ? best : OfAll(best, ofSome.Variance(), x, y);
            }

            yield return Chosen.Of(rule, name, fit);
        }

        if (only is null)
        {
            (string name, GaussianProcessFit best) = fits.MaxBy(each => each.Fit.LogEvidence);
            yield return WithNoise(name, best, some, ofSome, x, y);
        }
    }

    /// <summary>The kernels, of which one is chosen, each with a length scale for each input.</summary>
    private static IEnumerable<(string Name, Kernel Kernel)> Candidates(int inputs)
    {
        double[] ones = [.. Enumerable.Repeat(1.0, inputs)];
        yield return ("matern52", 1.0 * Kernel.Matern52(ones));
        yield return ("matern32", 1.0 * Kernel.Matern32(ones));
        yield return ("rational-quadratic", 1.0 * Kernel.RationalQuadratic(1.0, ones));
        yield return ("rbf + matern12", 1.0 * Kernel.Rbf(ones) + 0.1 * Kernel.Matern12(ones));
    }

    /// <summary>The hyperparameters of some samples, with all of them.</summary>
    private static GaussianProcessFit OfAll(
        GaussianProcessFit part, double variance, Matrix<double> x, Vector<double> y) => new GaussianProcess
        {
            Kernel = part.Kernel,
            NoiseVariance = part.NoiseVariance / variance,
            NoiseSlopes = part.NoiseSlopes.Count > 0 ? part.NoiseSlopes : null,
            Optimize = false,
        }.Fit(x, y);

    /// <summary>
    /// The kernel that the evidence chooses, with the noise that the evidence chooses less half a logarithm of the
    /// samples for each parameter of it: the same everywhere or changing along the inputs, then normal or Student's t.
    /// </summary>
    private static Chosen WithNoise(
        string name, GaussianProcessFit best, Matrix<double> some, Vector<double> ofSome, Matrix<double> x,
        Vector<double> y)
    {
        double unit = ofSome.Variance(), price = 0.5 * Math.Log(ofSome.Count);
        GaussianProcessFit varying = new GaussianProcess
        {
            Kernel = best.Kernel,
            NoiseVariance = best.NoiseVariance / unit,
            NoiseSlopes = new double[x.ColumnCount],
            Starts = 1,
        }.Fit(some, ofSome);
        bool varies = varying.LogEvidence - price * x.ColumnCount > best.LogEvidence;
        (GaussianProcessFit normal, string along) = varies ? (varying, " along the inputs") : (best, string.Empty);
        if (x.RowCount <= MaxRobustSamples)
        {
            RobustGaussianProcessFit robust = new RobustGaussianProcess
            {
                Kernel = normal.Kernel,
                NoiseVariance = normal.NoiseVariance / unit,
                NoiseSlopes = varies ? normal.NoiseSlopes : null,
                Starts = 1,
                Options = new MinimizerOptions { GradientTolerance = 1e-3, MaxIterations = 40 },
            }.Fit(x, y);
            if (robust.LogEvidence - price > normal.LogEvidence)
            {
                return Chosen.Of(NoiseToo, $"{name} with t noise{along}", robust);
            }
        }

        return Chosen.Of(
            NoiseToo, $"{name} with normal noise{along}",
            some.RowCount == x.RowCount ? normal : OfAll(normal, unit, x, y));
    }

    internal static int[] Numbers(string path) => [.. Read(path).Select(row => (int)row[0])];

    internal static double[][] Read(string path) =>
    [
        .. File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)).Select(
            line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray()),
    ];

    /// <summary>What a rule has chosen, and how that predicts.</summary>
    private sealed record Chosen(
        string Rule, string Kernel, Func<Matrix<double>, Vector<double>> Mean,
        Func<Matrix<double>, Vector<double>, Vector<double>> LogDensity,
        Func<Matrix<double>, Vector<double>, double> Coverage)
    {
        private const double Level = 0.9;

        public static Chosen Of(string rule, string kernel, GaussianProcessFit fit) => new(
            rule, kernel, x => fit.Predict(x).Mean, (x, y) => fit.Predict(x).LogDensity(y),
            (x, y) => fit.Predict(x).Coverage(y, Level));

        public static Chosen Of(string rule, string kernel, RobustGaussianProcessFit fit) => new(
            rule, kernel, x => fit.Predict(x).Mean, fit.LogDensity,
            (x, y) => fit.Coverage(x, y, Level));
    }

    /// <summary>What the test parts of the splits say of a rule.</summary>
    private sealed class Scores
    {
        private readonly List<double> errors = [], losses = [], covered = [];
        private readonly List<string> kernels = [];

        public void Add(Chosen chosen, Matrix<double> x, Vector<double> observed)
        {
            kernels.Add(chosen.Kernel);
            errors.Add(Math.Sqrt((observed - chosen.Mean(x)).PointwisePower(2.0).Average()));
            losses.Add(-chosen.LogDensity(x, observed).Average());
            covered.Add(chosen.Coverage(x, observed));
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
