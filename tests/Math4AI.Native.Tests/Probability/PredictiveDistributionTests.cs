using Math4AI.Probability.Forecasts;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Probability;

public class PredictiveDistributionTests
{
    [Fact]
    public void One_member_is_the_normal_distribution_itself()
    {
        var found = PredictiveDistribution.OfNormal(3.0, 2.0);
        Assert.Equal(3.0, found.Mean, 1e-15);
        Assert.Equal(2.0, found.Deviation, 1e-15);
        foreach (double p in (double[])[1e-6, 0.05, 0.5, 0.9, 1.0 - 1e-6])
        {
            Assert.Equal(Normal.InvCDF(3.0, 2.0, p), found.Quantile(p), 1e-9);
        }

        Assert.Equal(Normal.PDFLn(3.0, 2.0, 4.5), found.LogDensity(4.5), 1e-14);
        Assert.Equal(ForecastScores.NormalCrps(3.0, 2.0, 4.5), found.Crps(4.5), 1e-14);
    }

    [Theory]
    [InlineData(250_000.0, 40.0)]
    [InlineData(-3e9, 2e9)]
    [InlineData(0.0, 1e-9)]
    public void Students_t_has_quantiles_of_numbers_of_every_size(double mean, double scale)
    {
        // t with 4 degrees of freedom has the closed form F = ½ + ¾ (s − s³/3), s = x/√(4 + x²).
        var found = PredictiveDistribution.OfStudent(mean, scale, 4.0);
        double Below(double x) => x / Math.Sqrt(4.0 + x * x) is var s ? 0.5 + 0.75 * (s - s * s * s / 3.0) : 0.0;
        Assert.All([0.01, 0.05, 0.3, 0.5, 0.95, 0.999], probability =>
            Assert.Equal(probability, Below((found.Quantile(probability) - mean) / scale), 1e-10));
        Assert.Equal(2.0 * mean, found.Quantile(1e-6) + found.Quantile(1.0 - 1e-6), 1e-9 * (Math.Abs(mean) + scale));
    }

    [Theory]
    [InlineData(2.5)]
    [InlineData(4.0)]
    [InlineData(1e5)]
    public void Students_t_has_the_density_quantiles_and_score_that_quadrature_gives(double degrees)
    {
        var found = PredictiveDistribution.OfStudent(1.0, 0.5, degrees);
        Assert.Equal(0.5 / Math.Sqrt(1.0 - 2.0 / degrees), found.Deviation, 1e-12);

        // By x = 1 + ½ sinh u the trapezoidal rule is exact to rounding, tails and all.
        double[] places = [.. Enumerable.Range(-4000, 8001).Select(i => 0.01 * i)];
        double Integral(Func<double, double> of) => 0.01 * places.Sum(u =>
            of(1.0 + 0.5 * Math.Sinh(u)) is var value && value > 0.0 ? value * 0.5 * Math.Cosh(u) : 0.0);
        Assert.Equal(1.0, Integral(x => Math.Exp(found.LogDensity(x))), 1e-9);

        // E|X − y| − ½ E|X − X′| is ∫ (F(x) − [x ≥ y])² dx, whose jump lies between two places.
        double observed = 1.0 + 0.5 * Math.Sinh(1.255);
        double Below(double x) => StudentT.CDF(1.0, 0.5, degrees, x);
        Assert.Equal(0.9, Below(found.Quantile(0.9)), 1e-9);
        Assert.Equal(
            Integral(x => Math.Pow(x >= observed ? 1.0 - Below(x) : Below(x), 2.0)), found.Crps(observed), 1e-4);
        Assert.Equal(ForecastScores.NormalCrps(1.0, 0.5, observed), found.Crps(observed), 1.0 / degrees);

        Assert.Throws<ArgumentException>(() => PredictiveDistribution.OfStudent(1.0, 0.5, 2.0));
    }

    [Fact]
    public void A_mixture_has_the_moments_density_quantiles_and_score_that_its_draws_have()
    {
        var found = PredictiveDistribution.OfMixture([-1.0, 0.5, 4.0], [0.5, 1.0, 0.3]);
        var random = new MersenneTwister(3, threadSafe: false);
        double[] draws = [.. Enumerable.Range(0, 40_000).Select(_ => found.Draw(random))];
        Assert.Equal(found.Mean, draws.Average(), 0.05);
        Assert.Equal(found.Deviation, PredictiveDistribution.OfDraws(draws).Deviation, 0.05);
        Assert.Equal(0.7, draws.Count(x => x <= found.Quantile(0.7)) / 40_000.0, 0.01);
        Assert.Equal(ForecastScores.Crps(draws, 2.0), found.Crps(2.0), 0.02);
        (double lower, double upper) = found.Interval(0.8);
        Assert.Equal(0.8, draws.Count(x => lower <= x && x <= upper) / 40_000.0, 0.01);

        // ∫ p = 1 and ∫ x p = the mean, by the trapezoidal rule, which is exact to rounding for smooth densities.
        double[] places = [.. Enumerable.Range(0, 4001).Select(i => -10.0 + 0.005 * i)];
        double[] density = Array.ConvertAll(places, x => Math.Exp(found.LogDensity(x)));
        Assert.Equal(1.0, 0.005 * density.Sum(), 1e-9);
        Assert.Equal(found.Mean, 0.005 * density.Zip(places, (p, x) => p * x).Sum(), 1e-9);
    }

    [Fact]
    public void Draws_have_quantiles_and_a_density_of_their_own()
    {
        var random = new MersenneTwister(4, threadSafe: false);
        double[] draws = new double[5000];
        Normal.Samples(random, draws, 1.0, 2.0);
        var found = PredictiveDistribution.OfDraws(draws);
        Assert.Equal(Normal.InvCDF(1.0, 2.0, 0.9), found.Quantile(0.9), 0.15);
        Assert.Equal(Normal.PDFLn(1.0, 2.0, 0.0), found.LogDensity(0.0), 0.1);
        Assert.Contains("no density", Assert.Throws<InvalidOperationException>(
            () => PredictiveDistribution.OfDraws([1.0, 1.0]).LogDensity(1.0)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void A_probability_lies_between_0_and_1(double probability)
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PredictiveDistribution.OfNormal(0.0, 1.0).Quantile(probability));
        Assert.Throws<ArgumentException>(() => PredictiveDistribution.OfNormal(0.0, probability - probability));
    }
}
