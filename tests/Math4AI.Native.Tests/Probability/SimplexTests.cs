using Math4AI.Probability;
using Math4AI.Probability.Evidence;
using Math4AI.Probability.Sampling;
using MathNet.Numerics;

namespace Math4AI.Tests.Probability;

/// <summary>Parameters that add up to 1, whose moments and integral Dirichlet's density has in closed form.</summary>
public sealed class SimplexTests
{
    [Theory]
    [InlineData(1.0, 1.0, 1.0)]
    [InlineData(0.5, 2.0, 7.0)]
    [InlineData(40.0, 3.0, 0.8)]
    public void Dirichlets_density_has_its_means_deviations_and_integral(double a, double b, double c)
    {
        double[] alpha = [a, b, c];
        double total = alpha.Sum();
        LogDensity density = Dirichlet(alpha);
        PosteriorDraws draws = new NutsSampler { Draws = 2000 }.Sample(density);
        foreach ((ParameterSummary found, double each) in draws.Summary().Zip(alpha))
        {
            double mean = each / total;
            Assert.Equal(mean, found.Mean, 4.0 * found.MonteCarloError);
            double deviation = Math.Sqrt(mean * (1.0 - mean) / (total + 1.0));
            Assert.Equal(1.0, found.StandardDeviation / deviation, 0.1);
        }

        Assert.All(draws.ToMatrix().EnumerateRows(), row => Assert.Equal(1.0, row.Sum(), 1e-12));
        Estimate integral = BridgeSampling.LogIntegral(density, draws);
        double expected = alpha.Sum(SpecialFunctions.GammaLn) - SpecialFunctions.GammaLn(total);
        Assert.Equal(expected, integral.Value, 4.0 * integral.StandardError + 1e-3);
    }

    [Fact]
    public void Counts_of_classes_beside_a_free_parameter_are_drawn_and_go_on_bit_for_bit()
    {
        double[] counts = [12.0, 5.0, 3.0];
        LogDensity density = LogDensity.Of(
            ["m", "p1", "p2", "p3"],
            (theta, gradient) =>
            {
                double log = -0.5 * theta[0] * theta[0];
                gradient[0] = -theta[0];
                for (int k = 0; k < 3; k++)
                {
                    log += counts[k] * Math.Log(theta[k + 1]);
                    gradient[k + 1] = counts[k] / theta[k + 1];
                }

                return log;
            },
            simplices: [["p1", "p2", "p3"]]);
        var sampler = new NutsSampler { Warmup = 500, Draws = 100 };
        PosteriorDraws whole = (sampler with { Draws = 200 }).Sample(density);
        PosteriorDraws parts = NutsSampler.Resume(density, sampler.Sample(density), 100);
        Assert.Equal(whole.ToMatrix(), parts.ToMatrix());
        ParameterSummary first = whole.Summary()[1];
        Assert.Equal(13.0 / 23.0, first.Mean, 4.0 * first.MonteCarloError);
    }

    [Fact]
    public void Groups_that_make_no_sense_are_refused()
    {
        void Refused(IReadOnlyList<IReadOnlyList<string>> groups, (double, double)[]? bounds = null) =>
            Assert.Throws<ArgumentException>(() => new NutsSampler().Sample(LogDensity.Of(
                ["a", "b"], (_, gradient) => gradient[0] = gradient[1] = 0.0, bounds, groups)));
        Refused([["a"]]);
        Refused([["a", "c"]]);
        Refused([["a", "b"], ["b", "a"]]);
        Refused([["a", "b"]], [(0.2, 1.0), (0.0, 1.0)]);
    }

    private static LogDensity Dirichlet(double[] alpha) => LogDensity.Of(
        ["a", "b", "c"],
        (theta, gradient) =>
        {
            double log = 0.0;
            for (int k = 0; k < alpha.Length; k++)
            {
                log += (alpha[k] - 1.0) * Math.Log(theta[k]);
                gradient[k] = (alpha[k] - 1.0) / theta[k];
            }

            return log;
        },
        simplices: [["a", "b", "c"]]);
}
