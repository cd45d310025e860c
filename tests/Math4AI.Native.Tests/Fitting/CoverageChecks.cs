using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>
/// How often 95 % intervals hold the truth, by simulation: every distance whose standard errors are known, with noise
/// that it is made for, at three sizes. <c>./build.sh check coverage</c> prints the table of benchmarks/README.md.
/// </summary>
public class CoverageChecks
{
    private const int Runs = 2000;

    // Other draws than those that anything was chosen by.
    private const int FirstSeed = 50_000_017;

    /// <summary>The distance, the model, the true parameters, the noise, and the smallest number of samples.</summary>
    private static readonly Case[] Cases =
    [
        new("squared", "a + b*x", [1, 2], (f, random) => f[0] + Normal.Sample(random, 0, 1)),
        new("gaussian", "a + b*x", [1, 2], (f, random) => f[0] + Normal.Sample(random, 0, 1)),
        new("laplace", "a + b*x", [1, 2], (f, random) => f[0] + Laplace.Sample(random, 0, 1)),
        new("student:4", "a + b*x", [1, 2], (f, random) => f[0] + StudentT.Sample(random, 0, 1, 4)),
        new("huber", "a + b*x", [1, 2], (f, random) => f[0] + StudentT.Sample(random, 0, 1, 4)),
        new("pseudo-huber", "a + b*x", [1, 2], (f, random) => f[0] + StudentT.Sample(random, 0, 1, 4)),
        new("cauchy", "a + b*x", [1, 2], (f, random) => f[0] + StudentT.Sample(random, 0, 1, 4)),
        new("tukey", "a + b*x", [1, 2], (f, random) => f[0] + StudentT.Sample(random, 0, 1, 4)),
        new("absolute", "a + b*x", [1, 2], (f, random) => f[0] + Laplace.Sample(random, 0, 1), 20),
        new("quantile:0.75", "a + b*x", [1 + 0.6744897501960817, 2],
            (f, random) => f[0] - 0.6744897501960817 + Normal.Sample(random, 0, 1), 20),
        new("poisson", "a + b*x", [1, 1], (f, random) => Poisson.Sample(random, Math.Exp(f[0]))),
        new("logistic", "a + b*x", [-1, 2], (f, random) => random.NextDouble() < 1 / (1 + Math.Exp(-f[0])) ? 1 : 0, 50),
        new("categorical", "0*x; a + b*x; c + d*x", [0.5, 1, 0.5, -1], Class, 50),
        new("heteroscedastic", "a + b*x; c + d*x", [1, 2, -1, 1],
            (f, random) => Normal.Sample(random, f[0], Math.Exp(0.5 * f[1])), 50),
    ];

    [Fact(Explicit = true)]
    [Trait("Check", "coverage")]
    public void Intervals_hold_the_truth_as_often_as_they_say()
    {
        var outside = new List<string>();
        Write("| distance | n | Wald | profile | without estimate |");
        Write("| --- | ---: | ---: | ---: | ---: |");
        foreach (Case each in Cases)
        {
            foreach (int samples in new[] { 12, 20, 50 })
            {
                (double wald, double profile, int without) = Coverage(each, samples);
                Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {each.Distance} | {samples} | {wald:0.000} | "
                    + $"{(double.IsNaN(profile) ? "–" : profile.ToString("0.000", CultureInfo.InvariantCulture))} "
                    + $"| {without} |"));
                foreach (double share in new[] { wald, profile })
                {
                    if (samples >= each.MinSamples && share is < 0.93 or > 0.97)
                    {
                        outside.Add($"{each.Distance}, n = {samples}: {share}");
                    }
                }
            }
        }

        Assert.True(outside.Count == 0, string.Join(Environment.NewLine, outside));
    }

    /// <summary>The coverage of the parameter whose coverage is farthest from 0.95, Wald's and the profile's.</summary>
    private static (double Wald, double Profile, int Without) Coverage(Case each, int samples)
    {
        Model model = Model.FromFormula(each.Model, "x");
        int count = model.ParameterNames.Count, without = 0;
        int[] wald = new int[count], profile = new int[count];
        Distance distance = Distance.Parse(each.Distance);
        bool hasProfile = distance.Noise != NoiseModel.Unknown;
        Vector<double> truth = Vector<double>.Build.Dense(each.Truth);
        Matrix<double> x = Matrix<double>.Build.Dense(samples, 1, (i, _) => (double)i / (samples - 1));
        Matrix<double> exact = model.EvaluateAll(x, truth);
        Parallel.For(0, Runs, run =>
        {
            var random = new MersenneTwister(FirstSeed + 100_003 * samples + run, threadSafe: false);
            var problem = new FitProblem
            {
                Model = model,
                Inputs = x,
                Distance = distance,
                Targets = Vector<double>.Build.Dense(samples, i => each.Draw(exact.Row(i).ToArray(), random)),
            };
            FitResult fit = problem.Fit(truth);
            if (!fit.IsConverged || fit.StandardErrors.Any(error => !double.IsFinite(error)))
            {
                Interlocked.Increment(ref without);
                return;
            }

            IReadOnlyList<Interval> intervals = fit.Intervals();
            for (int j = 0; j < count; j++)
            {
                Interlocked.Add(ref wald[j], intervals[j].Contains(truth[j]) ? 1 : 0);
                Interlocked.Add(
                    ref profile[j], hasProfile && fit.ProfileInterval(fit.Names[j]).Contains(truth[j]) ? 1 : 0);
            }
        });
        return (Worst(wald, Runs - without), hasProfile ? Worst(profile, Runs - without) : double.NaN, without);
    }

    private static double Worst(int[] counts, int runs) =>
        counts.Select(held => (double)held / runs).OrderByDescending(share => Math.Abs(share - 0.95)).First();

    private static double Class(double[] f, MersenneTwister random)
    {
        double[] shares = [.. f.Select(Math.Exp)];
        double at = random.NextDouble() * shares.Sum();
        return at < shares[0] ? 0 : at < shares[0] + shares[1] ? 1 : 2;
    }

    private static void Write(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    private sealed record Case(
        string Distance, string Model, double[] Truth, Func<double[], MersenneTwister, double> Draw,
        int MinSamples = 12);
}
