using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>
/// Simulation-based calibration: the parameter that made the data has a uniform rank among draws of its posterior.
/// </summary>
public sealed class SimulationCalibrationTests
{
    // Of 8 histograms that are flat, one is below this in 1 of 1250 runs; the seed is fixed.
    private const double MinPValue = 1e-4;

    [Theory]
    [InlineData("line")]
    [InlineData("decay")]
    [InlineData("logistic")]
    public void Ranks_of_a_few_simulations_are_uniform(string model) => AreUniform(model, 80, 8);

    [Theory(Explicit = true)]
    [Trait("Check", "sbc")]
    [InlineData("line")]
    [InlineData("decay")]
    [InlineData("logistic")]
    public void Ranks_of_a_thousand_simulations_are_uniform(string model) => AreUniform(model, 1000, 20);

    [Fact]
    public void Noise_that_is_taken_for_half_of_what_it_is_shows_in_the_ranks()
    {
        // The posterior takes σ for half of what the data have: ranks of the mean pile up at both ends.
        var random = new MathNet.Numerics.Random.MersenneTwister(3);
        int[] counts = new int[10];
        for (int s = 0; s < 100; s++)
        {
            double truth = Distance.Squared.Draw(0.0, 1.0, random);
            double[] y = [.. Enumerable.Range(0, 10).Select(_ => Distance.Squared.Draw(truth, 2.0, random))];
            double precision = 1.0 + y.Length, mean = y.Sum() / precision;
            double share = MathNet.Numerics.Distributions.Normal.CDF(mean, 1.0 / Math.Sqrt(precision), truth);
            counts[Math.Min(9, (int)(10.0 * share))]++;
        }

        Assert.True(SimulationCalibration.PValue(counts, 100) < 1e-3);
        Assert.Equal(1.0, SimulationCalibration.PValue([.. Enumerable.Repeat(10, 10)], 100), 1e-12);
    }

    private static void AreUniform(string model, int simulations, int bins)
    {
        (string formula, string distance, string[] priors) = model switch
        {
            "line" => ("a + b*x", "squared",
                new[] { "a ~ normal(0, 1)", "b ~ normal(1, 2)", "sigma ~ lognormal(0, 0.5)" }),
            "decay" => ("a*exp(-b*x)", "gaussian",
                ["a ~ lognormal(1, 0.5)", "b ~ lognormal(0, 0.5)", "sigma ~ half_normal(0.5)"]),
            _ => ("a + b*x", "logistic", ["a ~ normal(0, 1)", "b ~ normal(0, 2)"]),
        };
        var problem = new FitProblem
        {
            Model = Model.FromFormula(formula, "x"),
            Inputs = Matrix<double>.Build.Dense(20, 1, (i, _) => 0.1 * i),
            Targets = Vector<double>.Build.Dense(20),
            Distance = Distance.Parse(distance),
        };
        SimulationCalibration found = SimulationCalibration.Of(
            problem, priors.Select(text => text.Split('~'))
                .ToDictionary(sides => sides[0].Trim(), sides => Prior.Parse(sides[1])),
            simulations, bins, seed: 4, new NutsSampler { Warmup = 300 });
        Assert.Equal(priors.Length, found.Parameters.Count);
        foreach (RankHistogram each in found.Parameters)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
                $"{model}, {each.Name}: p = {each.PValue:0.000}; ranks {string.Join(' ', each.Counts)}"));
            Assert.Equal(simulations, each.Counts.Sum());
            Assert.True(each.PValue > MinPValue, $"{each.Name}: p = {each.PValue}");
        }
    }
}
