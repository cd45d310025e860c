using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>The density of a posterior, block by block against sample by sample.</summary>
public sealed class FitDensityTests
{
    // More than a block, and not a multiple of one.
    private const int Samples = 1101;

    public static TheoryData<string> Elementwise =>
        [.. DistanceTests.Names().Select(row => row.Data), "logistic:probit"];

    [Theory]
    [MemberData(nameof(Elementwise))]
    public void Many_numbers_at_once_cost_the_sum_of_each_alone(string name)
    {
        string[] parts = name.Split(':');
        Distance distance = Distance.Parse(parts[0]);
        distance = parts.Length == 1 ? distance : distance.WithLink(Link.Probit);
        bool isShare = parts[0] == "logistic", isCount = parts[0] == "poisson";
        double[] predicted = [.. Enumerable.Range(0, Samples).Select(i => 6.0 * Math.Sin(0.7 * i))];
        double[] observed = [.. Enumerable.Range(0, Samples).Select(
            i => isShare ? i % 2 : isCount ? i % 7 : 3.0 * Math.Cos(i))];
        double[] weights = [.. Enumerable.Range(0, Samples).Select(i => i % 5 * 0.5)];
        foreach (double[] given in new[] { [], weights })
        {
            double[] slopes = new double[Samples];
            double logScale = distance.HasScale ? 0.3 : 0.0, sum = 0.0, ofScale = 0.0;
            double all = distance.ExpandAll(predicted, observed, given, logScale, slopes, out double found);
            for (int i = 0; i < Samples; i++)
            {
                double weight = given.Length == 0 ? 1.0 : given[i];
                Expansion one = distance.Expand(predicted[i], observed[i], logScale);
                sum += weight * one.Value;
                ofScale += weight * one.ScaleSlope;
                Assert.Equal(weight * one.Slope, slopes[i], 1e-13 * (1.0 + Math.Abs(weight * one.Slope)));
            }

            Assert.Equal(1.0, all / sum, 1e-12);
            Assert.Equal(ofScale, found, 1e-12 * Samples);
        }
    }

    [Fact]
    public void Log_odds_far_from_zero_neither_overflow_nor_vanish()
    {
        double[] slopes = new double[4];
        double sum = Distance.BinaryCrossEntropy.ExpandAll(
            [-800.0, 800.0, -800.0, 800.0], [0.0, 1.0, 1.0, 0.0], [], 0.0, slopes, out _);
        Assert.Equal(1600.0, sum, 1e-9);
        Assert.Equal([0.0, 0.0, -1.0, 1.0], slopes);
    }

    [Theory]
    [InlineData("squared", false)]
    [InlineData("squared", true)]
    [InlineData("gaussian", false)]
    [InlineData("student", false)]
    [InlineData("logistic", false)]
    [InlineData("logistic", true)]
    [InlineData("poisson", false)]
    public void A_linear_formula_has_the_density_of_the_same_function_of_tensors(string name, bool isWeighted)
    {
        FitProblem linear = Problem("b1*x + (b2 - b3)*z/2 + c*if(x > 0, b1, 1)", name, isWeighted);

        // The same function in words that do not say that it is linear.
        FitProblem other = Problem("b1*x + log(exp(b2 - b3))*z/2 + c*if(x > 0, b1^1, 1)", name, isWeighted);
        LogDensity first = DensityOf(linear), second = DensityOf(other);
        Assert.Equal(first.Names, second.Names);
        double[] at = [.. first.Names.Select((_, j) => 0.3 + 0.2 * j)];
        double[] here = new double[at.Length], there = new double[at.Length];
        double value = first.Evaluate(at, here), expected = second.Evaluate(at, there);
        Assert.Equal(expected, value, 1e-12 * Math.Abs(expected));
        for (int j = 0; j < at.Length; j++)
        {
            Assert.Equal(there[j], here[j], 1e-10 * (1.0 + Math.Abs(there[j])));
        }

        // Another chain's density shares nothing that changes.
        double[] again = new double[at.Length];
        Assert.Equal(value, first.ForChain().Evaluate(at, again));
        Assert.Equal(here, again);
    }

    private static LogDensity DensityOf(FitProblem problem) =>
        FitPosterior.LogDensityOf(problem.Fit(new Dictionary<string, double>
        {
            ["b1"] = 0.1,
            ["b2"] = 0.4,
        }));

    private static FitProblem Problem(string formula, string distance, bool isWeighted) => new()
    {
        Model = Model.FromFormula(formula, "x", "z"),
        Inputs = Matrix<double>.Build.Dense(Samples, 2, (i, j) => Math.Sin(0.37 * i + j) + 0.5 * j),
        Targets = Vector<double>.Build.Dense(Samples, i => distance switch
        {
            "logistic" => i % 3 == 0 ? 1.0 : 0.0,
            "poisson" => i % 4,
            _ => Math.Sin(0.5 * i) + 0.4 * Math.Cos(3.0 * i),
        }),
        Weights = isWeighted ? Vector<double>.Build.Dense(Samples, i => i % 4 * 0.5) : null,
        Distance = Distance.Parse(distance),
        Fixed = new Dictionary<string, double> { ["b3"] = 0.25, ["c"] = 0.5 },
    };
}
