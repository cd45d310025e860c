using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>Counts and classes through other links than their own.</summary>
public sealed class LinkTests
{
    public static TheoryData<string> Names() => [.. Link.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_link_and_its_inverse_undo_each_other_and_the_slope_is_the_derivative(string name)
    {
        Link link = Link.Parse(name);
        foreach (double mean in new[] { 0.03, 0.4, 0.93 })
        {
            double f = link.Predict(mean), step = 1e-6 * Math.Max(1.0, Math.Abs(f));
            Assert.Equal(mean, link.Mean(f), 1e-12);
            Assert.Equal((link.Mean(f + step) - link.Mean(f - step)) / (2.0 * step), link.Slope(f),
                1e-7 * Math.Abs(link.Slope(f)) + 1e-9);
        }
    }

    [Theory]
    [InlineData("poisson:identity", 0.7, 2.0)]
    [InlineData("poisson:sqrt", 1.3, 0.0)]
    [InlineData("logistic:probit", -0.4, 1.0)]
    [InlineData("logistic:cloglog", 0.2, 0.0)]
    [InlineData("logistic:identity", 0.35, 1.0)]
    [InlineData("logistic:log", -0.8, 0.0)]
    public void The_slope_of_a_linked_distance_is_its_derivative(string name, double f, double y)
    {
        Distance distance = Distance.Parse(name);
        Assert.Equal(name, distance.Name);
        const double Step = 1e-6;
        double numeric = (distance.Expand(f + Step, y, 0.0).Value - distance.Expand(f - Step, y, 0.0).Value) / (
            2.0 * Step);
        Expansion here = distance.Expand(f, y, 0.0);
        Assert.Equal(numeric, here.Slope, 1e-8);
        Assert.True(here.Curvature > 0.0);
    }

    [Fact]
    public void The_rate_of_counts_is_fitted_itself_with_the_identity_link_and_stays_positive()
    {
        FitProblem problem = Decay(Distance.Poisson.WithLink(Link.Identity));
        FitResult fit = problem.Fit(),
            given = problem.Fit(new Dictionary<string, double> { ["a"] = 5, ["k"] = 0.4, ["c"] = 0.1 });
        Assert.True(fit.IsConverged && given.IsConverged, $"{fit}\n{given}");
        Assert.Equal(given.Minimum.Cost, fit.Minimum.Cost, 1e-8);
        Assert.True(fit.Fitted.Minimum() > 0.0);

        // At the greatest likelihood with a constant among the parameters the fitted counts add up to the observed
        // ones.
        Assert.Equal(problem.Targets!.Values.Sum(), fit.Fitted.Sum(), 1e-6 * fit.Fitted.Sum()
            + 10.0 * fit.Minimum.GradientNorm);
        Assert.Empty(fit.Warnings);
    }

    [Fact]
    public void A_line_of_rates_that_ends_at_zero_has_errors_along_that_edge()
    {
        Matrix<double> t = Matrix<double>.Build.Dense(20, 1, (i, _) => i);
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula("a + b*t", "t"),
            Inputs = t,
            Targets = t.Column(0).Map(at => Math.Max(0.0, 9.0 - at), Zeros.Include),
            Distance = Distance.Poisson.WithLink(Link.Identity),
        }.Fit();
        Assert.True(fit.Fitted.Minimum() >= 0.0);
        Assert.True(fit.IsConverged, $"{fit}");
        Assert.Equal(0.0, fit["a"].Value + 19.0 * fit["b"].Value, 1e-8);
        Assert.Equal(19.0, fit["a"].StandardError / fit["b"].StandardError, 1e-6);
        Assert.Contains("edge", Assert.Single(fit.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_logarithmic_link_is_said() =>
        Assert.Contains("link 'log'", Assert.Single(Decay(Distance.Poisson).Fit().Warnings), StringComparison.Ordinal);

    [Fact]
    public void A_distance_without_a_link_refuses_one() =>
        Assert.Contains("formula",
            Assert.Throws<NotSupportedException>(() => Distance.Squared.WithLink(Link.Log)).Message,
            StringComparison.Ordinal);

    private static FitProblem Decay(Distance distance)
    {
        var random = new MersenneTwister(5, threadSafe: false);
        Matrix<double> t = Matrix<double>.Build.Dense(60, 1, (i, _) => 0.2 * i);
        return new FitProblem
        {
            Model = Model.FromFormula("a*exp(-k*t)+c", "t"),
            Inputs = t,
            Targets = t.Column(0)
                .Map(at => (double)Poisson.Sample(random, 6.0 * Math.Exp(-0.5 * at) + 0.5), Zeros.Include),
            Distance = distance,
        };
    }
}
