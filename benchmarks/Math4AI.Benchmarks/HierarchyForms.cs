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
    private static readonly Dictionary<string, Prior> Priors = new() { ["a.sd"] = Prior.Parse("half_normal(3)") };
    private static readonly double[] Ratios = [0.1, 0.2, 0.3, 0.45, 0.65];

    /// <summary>A word: the number of data sets of each kind.</summary>
    public static int Run(string[] words)
    {
        int sets = words is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 2;
        Console.WriteLine("| groups | samples of each | error over deviation | in the groups' values | in distances "
            + "from the mean | times |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach ((int groups, int samples) in new[] { (5, 10), (8, 10), (15, 10), (30, 10) })
        {
            var rows = new List<(double Ratio, double Centered, double Other)>();
            foreach (double ratio in Ratios)
            {
                for (int set = 1; set <= sets; set++)
                {
                    GroupedProblem problem = Simulated(groups, samples, ratio, set);
                    rows.Add((RatioOf(problem), Efficiency(problem, true), Efficiency(problem, false)));
                }
            }

            foreach ((double ratio, double centered, double other) in rows.OrderBy(row => row.Ratio))
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {groups} | {samples} | {ratio:0.00} | {centered:0.0} | {other:0.0} | "
                    + $"{centered / other:0.00} |"));
            }
        }

        return 0;
    }

    /// <summary>What the choice goes by.</summary>
    private static double RatioOf(GroupedProblem problem)
    {
        var groups = new PooledGroups(problem, ["a"], Priors);
        return groups.Start(null, CancellationToken.None).Ratio(groups.Density(isCentered: true), 0);
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
        HierarchicalPosterior found = HierarchicalPosterior.Sample(
            problem, ["a"], Priors, new NutsSampler { Draws = Draws, Warmup = Draws }, isCentered);
        return 1000.0 * found.Draws.Summary().Min(each => each.BulkEffectiveSize) / found.Draws.Gradients;
    }
}
