using Math4AI.Data.Arrays;
using Math4AI.Features;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Kernels.Machines;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// Kernel machines and Gaussian processes beside scikit-learn: seconds of all threads, and the answers of both.
/// </summary>
internal static class KernelsAgainstPeer
{
    private static readonly (string Work, int Samples, int Inputs,
        Func<Matrix<double>, Vector<double>, double[]> Ours)[] Works =
    [
        ("evidence", 2000, 8, EvidenceAndGradient),
        ("predictions", 7000, 8, Predictions),
        ("ridge", 5000, 8, Ridge),
        ("classes", 20_000, 20, Classes),
        ("regression", 5000, 20, Regression),
        ("waves", 110_000, 8, (x, y) => Features(KernelFeatures.RandomFourier(1000, 2.0), false, x, y)),
        ("waves-single", 110_000, 8, (x, y) => Features(KernelFeatures.RandomFourier(1000, 2.0), true, x, y)),
        ("landmarks", 110_000, 8, (x, y) => Features(KernelFeatures.Nystroem(Kernel.Rbf(2.0), 1000), false, x, y)),
        ("landmarks-single", 110_000, 8, (x, y) =>
            Features(KernelFeatures.Nystroem(Kernel.Rbf(2.0), 1000), true, x, y)),
    ];

    /// <param name="words">The Python of the peer, and works; or nothing, for all of them.</param>
    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        PeerTable.Begin("scikit-learn");
        foreach ((string work, int samples, int inputs, Func<Matrix<double>, Vector<double>, double[]> ours) in
            Works.Where(row => words.Length < 2 || words.Skip(1).Contains(row.Work)))
        {
            (Matrix<double> x, Vector<double> y) = Data(samples, inputs);
            string file = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.npy");
            try
            {
                using (var writer = new NpyWriter(file, inputs + 1, samples, isDouble: true))
                {
                    writer.Write(0, samples, [.. x.ToColumnMajorArray(), .. y]);
                }

                // The first call of a process waits for its code to be compiled.
                _ = ours(x.SubMatrix(0, Math.Min(samples, 2500), 0, inputs), y.SubVector(0, Math.Min(samples, 2500)));
                PeerTable.Compare(work, $"{samples} × {inputs}", () => ours(x, y), python, "kernels.py", file);
            }
            finally
            {
                File.Delete(file);
            }
        }

        return 0;
    }

    /// <summary>Normal inputs, and a smooth function of some of them with noise.</summary>
    public static (Matrix<double> X, Vector<double> Y) Data(int samples, int inputs)
    {
        Matrix<double> x = Matrix<double>.Build.Random(samples, inputs, 1);
        Vector<double> y =
            Vector<double>.Build.Dense(samples, i => Math.Sin(2.0 * x[i, 0]) + x[i, 1] * x[i, 2] - 0.5 * x[i, 3])
            + 0.5 * Vector<double>.Build.Random(samples, 2);
        return (x, y);
    }

    private static double[] EvidenceAndGradient(Matrix<double> x, Vector<double> y)
    {
        Kernel kernel = 1.0 * Kernel.Rbf([.. Enumerable.Repeat(1.5, x.ColumnCount)]);
        var evidence = new Evidence(ProcessSamples.AsGiven(x, y), kernel);
        double[] gradient = new double[evidence.Parameters];
        double value = evidence.Gradient(Evidence.Pack(kernel.Parameters, Math.Log(0.1), []), gradient);
        return [-value, .. gradient.Select(slope => -slope)];
    }

    private static double[] Predictions(Matrix<double> x, Vector<double> y)
    {
        int train = x.RowCount - 2000;
        var process = new GaussianProcess
        {
            Kernel = 1.0 * Kernel.Rbf([.. Enumerable.Repeat(1.5, x.ColumnCount)]),
            NoiseVariance = 0.1,
            Standardize = false,
            Optimize = false,
        };
        GaussianProcessPrediction found = process.Fit(x.SubMatrix(0, train, 0, x.ColumnCount), y.SubVector(0, train))
            .Predict(x.SubMatrix(train, 2000, 0, x.ColumnCount));
        return [found.Mean.Sum(), found.FunctionDeviation.Sum()];
    }

    private static double[] Ridge(Matrix<double> x, Vector<double> y) =>
        [new KernelRidge { Kernel = Kernel.Rbf(Math.Sqrt(2.5)), Penalty = 0.1 }.Fit(x, y).Weights.Column(0).Sum()];

    private static double[] Classes(Matrix<double> x, Vector<double> y)
    {
        int[] classes = [.. y.Select(value => value > 0.0 ? 1 : 0)];
        SupportVectorClassifierFit fit = new SupportVectorClassifier { Standardize = false }.Fit(x, classes);
        int[] predicted = fit.Predict(x);
        return [fit.Machines[0].SupportVectors.Count,
            predicted.Where((value, i) => value == classes[i]).Count() / (double)classes.Length];
    }

    private static double[] Regression(Matrix<double> x, Vector<double> y)
    {
        SupportVectorFit fit = new SupportVectorRegressor { Standardize = false }.Fit(x, y);
        return [fit.SupportVectors.Count, (fit.Predict(x) - y).PointwisePower(2.0).Average()];
    }

    /// <summary>The error of 10,000 samples that were left out.</summary>
    private static double[] Features(
        FeatureMap<Matrix<double>> map, bool isSingle, Matrix<double> x, Vector<double> y)
    {
        int train = x.RowCount * 10 / 11, test = x.RowCount - train;
        FeatureRidgeFit fit = new FeatureRidge { Features = map, SinglePrecision = isSingle }.Fit(
            x.SubMatrix(0, train, 0, x.ColumnCount), y.SubVector(0, train));
        Vector<double> errors = fit.Predict(x.SubMatrix(train, test, 0, x.ColumnCount)).Column(0)
            - y.SubVector(train, test);
        return [Math.Sqrt(errors.PointwisePower(2.0).Average())];
    }
}
