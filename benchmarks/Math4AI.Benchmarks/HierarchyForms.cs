using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Benchmarks;

/// <summary>
/// The two forms in which groups with a common prior are sampled, on simulated groups: the fewest effective draws of
/// any parameter for 1000 gradients, over how well a group knows its own value beside how different the groups are. It
/// is what the choice between the forms rests on.
/// </summary>
internal static class HierarchyForms
{
    private static readonly double[] Ratios = [0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.5];

    /// <summary>A word: the number of data sets of each kind.</summary>
    public static int Run(string[] words)
    {
        int sets = words is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 2;
        Console.WriteLine(
            "| groups | samples of each | error of a group over the groups' deviation | in the groups' values | in "
            + "distances from the mean | times |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach ((int groups, int samples) in new[] { (8, 3), (8, 20), (30, 3) })
        {
            foreach (double ratio in Ratios)
            {
                double[] found = [.. new[] { true, false }.Select(isCentered => Math.Exp(Enumerable.Range(1, sets)
                    .Average(set => Math.Log(Efficiency(Simulated(groups, samples, ratio, set), isCentered)))))];
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {groups} | {samples} | {ratio} | {found[0]:0.0} | {found[1]:0.0} | {found[0] / found[1]:0.00} |"));
            }
        }

        return 0;
    }

    /// <summary>Groups N(0, 1), and samples whose mean has the ratio as its error.</summary>
    private static GroupedProblem Simulated(int groups, int samples, double ratio, int seed)
    {
        var random = new MersenneTwister(seed, threadSafe: false);
        double[] values = new double[groups];
        Normal.Samples(random, values, 0.0, 1.0);
        double[] y = [.. values.SelectMany(value => Enumerable.Range(0, samples).Select(
            _ => Normal.Sample(random, value, ratio * Math.Sqrt(samples))))];
        return new GroupedProblem
        {
            Problem = new FitProblem
            {
                Model = Model.FromFormula("a + 0*x", "x"),
                Inputs = Matrix<double>.Build.Dense(y.Length, 1, 1.0),
                Targets = Vector<double>.Build.Dense(y),
            },
            Labels = [.. Enumerable.Range(0, y.Length).Select(i => $"g{i / samples + 1}")],
            Column = "group",
        };
    }

    private static double Efficiency(GroupedProblem problem, bool isCentered)
    {
        const int Draws = 500;
        var priors = new Dictionary<string, Prior> { ["a.sd"] = Prior.Parse("half_normal(3)") };
        HierarchicalPosterior found = HierarchicalPosterior.Sample(
            problem, ["a"], priors, new NutsSampler { Draws = Draws, Warmup = Draws }, isCentered);
        return 1000.0 * found.Draws.Summary().Min(each => each.BulkEffectiveSize) / found.Draws.Gradients;
    }
}
