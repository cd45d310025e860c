using System.Globalization;
using Math4AI.Data.Arrays;
using Math4AI.Data.Models;
using Math4AI.Training.Learners;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Benchmarks;

/// <summary>
/// Gradient-boosted trees beside scikit-learn's HistGradientBoosting with the same rounds, leaves and rate, on
/// Friedman's first function of 5 of 20 inputs: numbers, and whether they lie above the median.
/// </summary>
internal static class TreesAgainstPeer
{
    private const int Inputs = 20;
    private const int TestRows = 20_000;

    private static readonly string[] Works = ["fit numbers", "predict numbers", "fit classes", "predict classes"];

    private static readonly int[] Usual = [100_000, 1_000_000];

    private static readonly TreesLearner Learner = new()
    {
        Rounds = 100,
        Leaves = 31,
        Rate = 0.1,
        MinLeafSamples = 20,
        ColumnShare = 1.0,
        Penalty = 0.0,
    };

    /// <summary>Numbers of rows; 10⁵ and 10⁶ without.</summary>
    public static int Run(string[] words)
    {
        const string Python = "/usr/bin/python3";
        int[] sizes = words.Length == 0
            ? Usual
            : Array.ConvertAll(words, word => int.Parse(word, CultureInfo.InvariantCulture));
        PeerTable.Begin("HistGradientBoosting");
        foreach (int rows in sizes)
        {
            string folder = Directory.CreateTempSubdirectory("math4ai-trees-").FullName;
            try
            {
                (Matrix<double> x, Vector<double> y) = Draw(rows, seed: 1);
                (Matrix<double> testX, Vector<double> testY) = Draw(TestRows, seed: 2);
                Write(Path.Combine(folder, "train.npy"), x, y);
                Write(Path.Combine(folder, "test.npy"), testX, testY);
                foreach (string work in Works)
                {
                    Compare(work, (x, y), (testX, testY), Python, folder);
                }
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return 0;
    }

    private static void Compare(
        string work, (Matrix<double> X, Vector<double> Y) train, (Matrix<double> X, Vector<double> Y) test,
        string python, string folder)
    {
        double middle = train.Y.Median();
        int[] Above(Vector<double> y) => [.. y.Select(value => value > middle ? 1 : 0)];
        bool areClasses = work.EndsWith("classes", StringComparison.Ordinal);
        LearnerSamples samples = areClasses
            ? LearnerSamples.Of(train.X, Above(train.Y), 2)
            : LearnerSamples.Of(train.X, train.Y);
        IRowPredictor? fit = work.StartsWith("predict", StringComparison.Ordinal) ? Learner.Fit(samples) : null;
        double LossOf(IRowPredictor model)
        {
            Matrix<double> said = model.PredictRows(test.X).Values;
            return areClasses
                ? Above(test.Y).Select((of, i) => -Math.Log(said[i, of])).Average()
                : Math.Sqrt(test.Y.Select((y, i) => (said[i, 0] - y) * (said[i, 0] - y)).Average());
        }

        double known = fit is null ? double.NaN : LossOf(fit);
        PeerTable.Compare(
            work, FormattableString.Invariant($"{train.X.RowCount} × {Inputs}"),
            () =>
            {
                if (fit is null)
                {
                    return [LossOf(Learner.Fit(samples))];
                }

                _ = fit.PredictRows(train.X);
                return [known];
            },
            python, "trees.py", folder);
    }

    /// <summary>
    /// y = 10 sin(π x₁ x₂) + 20 (x₃ − ½)² + 10 x₄ + 5 x₅ + noise of deviation 1. Source: J. Friedman, "Multivariate
    /// adaptive regression splines", Annals of Statistics 19 (1991).
    /// </summary>
    private static (Matrix<double> X, Vector<double> Y) Draw(int rows, int seed)
    {
        var random = new Random(seed);
        double[] values = new double[rows * Inputs];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextDouble();
        }

        Matrix<double> x = Matrix<double>.Build.Dense(rows, Inputs, values);
        return (x, Vector<double>.Build.Dense(rows, i =>
        {
            double normal = Math.Sqrt(-2.0 * Math.Log(1.0 - random.NextDouble()))
                * Math.Cos(2.0 * Math.PI * random.NextDouble());
            double third = x[i, 2] - 0.5;
            return 10.0 * Math.Sin(Math.PI * x[i, 0] * x[i, 1]) + 20.0 * third * third + 10.0 * x[i, 3] + 5.0 * x[i, 4]
                + normal;
        }));
    }

    private static void Write(string path, Matrix<double> x, Vector<double> y)
    {
        using var writer = new NpyWriter(path, Inputs + 1, x.RowCount, isDouble: true);
        writer.Write(0, x.RowCount, [.. x.AsColumnMajorArray(), .. y]);
    }
}
