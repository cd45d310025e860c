using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Data.Arrays;
using Math4AI.Fitting.Linear;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Benchmarks;

/// <summary>
/// Logistic and ridge regression of 1,000,000 × 100, here, in scikit-learn and in NumPy, in turn in one run.
/// </summary>
internal static class LinearAgainstPeer
{
    private const int Samples = 1_000_000;
    private const int Inputs = 100;
    private const double Penalty = 1.0;
    private const int Rounds = 5;

    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        var random = new MersenneTwister(1, threadSafe: false);
        double[] values = new double[(long)Samples * Inputs];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Math.Sqrt(12.0) * (random.NextDouble() - 0.5);
        }

        Matrix<double> x = Matrix<double>.Build.Dense(Samples, Inputs, values);
        Vector<double> truth = Vector<double>.Build.Dense(Inputs, j => 0.3 * Math.Cos(3.0 * j));
        Vector<double> y = Vector<double>.Build.DenseOfEnumerable(
            (x * truth - 0.5).Select(f => random.NextDouble() < 1.0 / (1.0 + Math.Exp(-f)) ? 1.0 : 0.0));
        string file = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.npy");
        try
        {
            using (var writer = new NpyWriter(file, Inputs + 1, Samples, isDouble: true))
            {
                writer.Write(0, Samples, [.. values, .. y]);
            }

            // The first fit of a process waits for its code to be compiled.
            _ = new LogisticRegression { Penalty = Penalty }.Fit(x, y);
            var rounds = Enumerable.Range(0, Rounds).Select(_ => Compare(x, y, python, file)).ToArray();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"medians: logistic {Median(rounds.Select(round => round.Logistic)):0.0} times, ridge "
                + $"{Median(rounds.Select(round => round.Ridge)):0.0} times"));
        }
        finally
        {
            File.Delete(file);
        }

        return 0;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static (double Logistic, double Ridge) Compare(
        Matrix<double> x, Vector<double> y, string python, string file)
    {
        LinearFit logistic = new LogisticRegression { Penalty = Penalty }.Fit(x, y);
        LinearFit ridge = new RidgeRegression { Penalty = Penalty }.Fit(x, y);
        using Process process = Peer.Start(python, "linear.py", [file, Penalty.ToString(CultureInfo.InvariantCulture)]);
        JsonElement peer = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
        double Difference(string name, Vector<double> weights) =>
            peer.GetProperty(name).EnumerateArray()
                .Select((value, i) => Math.Abs(value.GetDouble() - weights[i])).Max();
        double logisticRatio = peer.GetProperty("logisticSeconds").GetDouble() / logistic.Seconds;
        double ridgeRatio = peer.GetProperty("ridgeSeconds").GetDouble() / ridge.Seconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"logistic: ours {logistic.Seconds:0.00} s ({logistic.Passes} passes, gradient "
            + $"{logistic.GradientNorm:E1}), scikit-learn {peer.GetProperty("logisticSeconds").GetDouble():0.00} s "
            + $"({peer.GetProperty("iterations").GetInt32()} iterations, gradient "
            + $"{peer.GetProperty("gradient").GetDouble():E1}), {logisticRatio:0.0} times, weights differ by "
            + $"{Difference("weights", logistic.Weights):E1}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"ridge: ours {ridge.Seconds:0.00} s, NumPy {peer.GetProperty("ridgeSeconds").GetDouble():0.00} s, "
            + $"{ridgeRatio:0.0} times, weights differ by {Difference("ridge", ridge.Weights):E1}"));
        return (logisticRatio, ridgeRatio);
    }
}
