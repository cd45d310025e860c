using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Data.Arrays;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// The posterior of a logistic regression with 1000 rows and 10 coefficients, N(0, 2.5) each: effective draws for a
/// second of the processor beside emcee's, ours with the warm-up, emcee's without.
/// </summary>
internal static class PosteriorAgainstPeer
{
    private const string Script = "posterior.py";
    private const int Rows = 1000;
    private const int Columns = 10;
    private const int Rounds = 3;
    private const int PeerSteps = 5000;
    private const double PriorDeviation = 2.5;

    /// <param name="words">The Python of the peer, or nothing.</param>
    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        (Matrix<double> inputs, Vector<double> classes) = Data();
        string file = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.npy");
        try
        {
            using (var writer = new NpyWriter(file, Columns + 1, Rows, isDouble: true))
            {
                writer.Write(0, Rows, inputs.Append(classes.ToColumnMatrix()).ToColumnMajorArray());
            }

            Console.WriteLine("| round | ours: effective draws | CPU s | per CPU s | gradients | per 1000 gradients | "
                + "emcee: effective draws | CPU s | per CPU s | ratio | means differ by |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
            _ = Ours(inputs, classes, 0);
            for (int round = 1; round <= Rounds; round++)
            {
                Compare(round, Ours(inputs, classes, round), Theirs(python, file));
            }
        }
        finally
        {
            File.Delete(file);
        }

        return 0;
    }

    private static void Compare(int round, (PosteriorDraws Draws, double Seconds) ours, JsonElement peer)
    {
        double effective = Enumerable.Range(0, Columns).Min(
            j => Convergence.MeanEffectiveSize([.. ours.Draws.Chains.Select(chain => chain.Values[j])]));
        double theirs = peer.GetProperty("effective").GetDouble(), seconds = peer.GetProperty("processor").GetDouble();
        double[] means = [.. peer.GetProperty("mean").EnumerateArray().Select(mean => mean.GetDouble())];
        double apart = ours.Draws.Summary().Select(
            (each, j) => Math.Abs(each.Mean - means[j]) / each.StandardDeviation).Max();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {round} | {effective:0} | {ours.Seconds:0.00} | {effective / ours.Seconds:0} | "
            + $"{ours.Draws.Gradients} | {1000.0 * effective / ours.Draws.Gradients:0} | {theirs:0} | {seconds:0.00} | "
            + $"{theirs / seconds:0} | "
            + $"{effective / ours.Seconds / (theirs / seconds):0.0} | {apart:0.000} deviations |"));
    }

    private static (PosteriorDraws Draws, double Seconds) Ours(Matrix<double> inputs, Vector<double> classes, int seed)
    {
        string[] names = [.. Enumerable.Range(1, Columns).Select(j => $"x{j}")];
        string formula = string.Join(" + ", names.Select((name, j) => $"b{j + 1}*{name}"));
        var problem = new FitProblem
        {
            Model = Model.FromFormula(formula, names),
            Inputs = inputs,
            Targets = classes,
            Distance = Distance.Parse("logistic"),
        };
        var priors = Enumerable.Range(1, Columns).ToDictionary(j => $"b{j}", _ => Prior.Normal(0.0, PriorDeviation));
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        FitPosterior posterior = FitPosterior.Sample(problem.Fit(), priors, new NutsSampler { Seed = seed });
        return (posterior.Draws, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
    }

    private static JsonElement Theirs(string python, string file)
    {
        using Process process = Peer.Start(
            python, Script, [file, PeerSteps.ToString(CultureInfo.InvariantCulture)]);
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return JsonDocument.Parse(text).RootElement;
    }

    private static (Matrix<double> Inputs, Vector<double> Classes) Data()
    {
        Matrix<double> inputs = Matrix<double>.Build.Random(Rows, Columns, 1);
        Vector<double> truth = Vector<double>.Build.Random(Columns, 2);
        var random = new Random(3);
        return (inputs, (inputs * truth).Map(
            eta => random.NextDouble() < 1.0 / (1.0 + Math.Exp(-eta)) ? 1.0 : 0.0, Zeros.Include));
    }
}
