using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Tests.Fitting;

/// <summary>Observations beside data that the model gives, from its priors and from its posterior.</summary>
public sealed class PredictiveCheckTests
{
    private const int Samples = 80;
    private static readonly NutsSampler Few = new() { Draws = 500, Warmup = 500 };

    [Fact]
    public void Data_of_the_model_pass_and_what_it_misses_is_named()
    {
        var random = new MersenneTwister(5);
        double[] noise = [.. Enumerable.Range(0, Samples).Select(_ => Distance.Squared.Draw(0.0, 0.5, random))];
        PredictiveCheck right = FitPosterior.Sample(Problem(noise).Fit(), sampler: Few).Check();
        Assert.All(right.Statistics, each => Assert.InRange(each.PValue, 0.02, 0.98));
        Assert.Empty(right.Notes);

        // A tail that normal noise does not have, and a wave that a line does not have.
        double[] heavy = [.. noise.Select((value, i) => i == 40 ? 12.0 : value)];
        PredictiveCheck tail = FitPosterior.Sample(Problem(heavy).Fit(), sampler: Few).Check();
        Assert.Contains(tail.Notes, note => note.Contains("the largest", StringComparison.Ordinal));
        double[] wave = [.. noise.Select((value, i) => value + 2.0 * Math.Sin(0.3 * i))];
        PredictiveCheck waves = FitPosterior.Sample(Problem(wave).Fit(), sampler: Few).Check();
        CheckedStatistic neighbors =
            waves.Statistics.Single(each => each.Name.StartsWith("corr", StringComparison.Ordinal));
        Assert.Equal(0.0, neighbors.PValue);
        Assert.Contains(waves.Notes, note => note.Contains("neighboring", StringComparison.Ordinal));
    }

    [Fact]
    public void Replicates_have_the_moments_of_the_posterior_predictive_distribution()
    {
        // y_i ~ N(a, 1) with a flat: y_rep of n numbers has the mean's variance 1/n + 1/n.
        double[] y = [.. Enumerable.Range(0, 20).Select(i => Math.Sin(3.0 * i))];
        var problem = new FitProblem
        {
            Model = Model.FromFormula("a + 0*x", "x"),
            Inputs = Matrix<double>.Build.Dense(y.Length, 1, 1.0),
            Targets = Vector<double>.Build.Dense(y),
            Sigma = Vector<double>.Build.Dense(y.Length, 1.0),
            IsSigmaAbsolute = true,
        };
        PredictiveCheck check = FitPosterior.Sample(problem.Fit()).Check(replicates: 4000);
        CheckedStatistic mean = check.Statistics[0];
        Assert.Equal(4000, mean.Replicated.Count);
        Assert.Equal(y.Average(), mean.Replicated.Average(), 0.025);
        Assert.Equal(2.0 / y.Length, mean.Replicated.Variance(), 0.01);
        Assert.Equal(0.5, mean.PValue, 0.04);
        IReadOnlyList<Interval> band = check.SortedBand();
        Assert.Equal(y.Length, band.Count);
        Assert.True(band[0].Upper < band[^1].Upper && band[0].Lower < band[0].Upper);
    }

    [Fact]
    public void Data_of_the_priors_are_as_wide_as_these_and_need_a_prior_of_each_parameter()
    {
        FitProblem problem = Problem(new double[Samples]);
        var priors = new Dictionary<string, Prior>
        {
            ["a"] = Prior.Normal(100.0, 1.0),
            ["b"] = Prior.Normal(0.0, 0.1),
            ["sigma"] = Prior.Parse("half_normal(1)"),
        };
        PredictiveCheck check = FitPosterior.CheckPrior(problem, priors);
        Assert.Equal(100.0, check.Statistics[0].Replicated.Average(), 0.3);
        Assert.Equal(1.0, check.Statistics[0].PValue);
        Assert.Contains(check.Notes, note => note.Contains("of the prior", StringComparison.Ordinal));
        priors.Remove("b");
        ArgumentException e = Assert.Throws<ArgumentException>(() => FitPosterior.CheckPrior(problem, priors));
        Assert.StartsWith("'b' has no prior", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Priors_of_rates_without_measure_end_and_say_what_they_cannot_give()
    {
        FitProblem problem = Problem(new double[Samples]) with
        {
            Inputs = Matrix<double>.Build.Dense(Samples, 1, (i, _) => i),
            Targets = Vector<double>.Build.Dense(Samples, i => i % 4),
            Distance = Distance.Poisson,
        };
        var priors = new Dictionary<string, Prior> { ["a"] = Prior.Normal(0, 5), ["b"] = Prior.Normal(0, 30) };
        PredictiveCheck check = FitPosterior.CheckPrior(problem, priors);
        Assert.InRange(check.Replicates.Count, 500, 999);
        Assert.All(check.Replicates, each => Assert.All(each, y => Assert.True(double.IsFinite(y))));
        Assert.StartsWith(
            $"{1000 - check.Replicates.Count} of 1000 replicates of the prior are left out", check.Notes[0],
            StringComparison.Ordinal);
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(
            () => FitPosterior.CheckPrior(problem, priors, cancellation: stopped.Token));
    }

    [Fact]
    public void Counts_of_any_rate_are_drawn()
    {
        var random = new MersenneTwister(5);
        Distance counts = Distance.Parse("poisson:identity");
        foreach (double rate in new[] { 2e6, 1e10, 1e30 })
        {
            double[] drawn = [.. Enumerable.Range(0, 20_000).Select(
                _ => (counts.Draw(rate, 1.0, random) - rate) / Math.Sqrt(rate))];
            Assert.Equal(0.0, drawn.Average(), 0.04);
            Assert.Equal(1.0, drawn.Variance(), 0.06);
        }

        Assert.Equal(0.0, Distance.Poisson.Draw(double.NegativeInfinity, 1.0, random));
        Assert.Equal(double.PositiveInfinity, Distance.Poisson.Draw(1000.0, 1.0, random));
        Assert.Equal(double.NaN, Distance.Poisson.Draw(double.NaN, 1.0, random));
        Assert.Equal(double.NaN, counts.Draw(-1.0, 1.0, random));
        Assert.Equal(double.NaN, Distance.Parse("logistic:identity").Draw(1.5, 1.0, random));
    }

    [Fact]
    public void Of_one_observation_no_deviation_is_checked()
    {
        FitProblem problem = Problem([0.5]);
        var priors = new Dictionary<string, Prior>
        {
            ["a"] = Prior.Normal(0.0, 5.0),
            ["b"] = Prior.Normal(0.0, 5.0),
            ["sigma"] = Prior.Parse("half_normal(1)"),
        };
        Assert.Equal(
            ["mean", "smallest", "largest"],
            FitPosterior.CheckPrior(problem, priors, PredictiveStatistic.Usual).Statistics.Select(each => each.Name));
    }

    [Theory]
    [InlineData("squared", 2.0, 1.5, 2.0, 2.25)]
    [InlineData("gaussian", 2.0, 1.5, 2.0, 2.25)]
    [InlineData("laplace", 2.0, 1.5, 2.0, 4.5)]
    [InlineData("student:5", 2.0, 1.5, 2.0, 3.75)]
    [InlineData("poisson", 1.0, 1.0, 2.718281828, 2.718281828)]
    [InlineData("logistic", 1.0, 1.0, 0.731058579, 0.196611933)]
    public void Observations_that_a_distance_draws_have_its_mean_and_variance(
        string name, double predicted, double scale, double mean, double variance)
    {
        var random = new MersenneTwister(7);
        Distance distance = Distance.Parse(name);
        double[] drawn = [.. Enumerable.Range(0, 100_000).Select(_ => distance.Draw(predicted, scale, random))];
        Assert.Equal(mean, drawn.Average(), 5.0 * Math.Sqrt(variance / drawn.Length));
        Assert.Equal(1.0, drawn.Variance() / variance, 0.06);
        Assert.Throws<NotSupportedException>(() => Distance.Huber().Draw(0.0, 1.0, random));
    }

    [Theory]
    [InlineData("normal(1, 2)")]
    [InlineData("laplace(1, 2)")]
    [InlineData("student_t(3, 1, 2)")]
    [InlineData("cauchy(1, 2)")]
    [InlineData("half_normal(2)")]
    [InlineData("half_cauchy(2)")]
    [InlineData("half_student_t(3, 2)")]
    [InlineData("lognormal(0.3, 0.5)")]
    [InlineData("exponential(2)")]
    [InlineData("gamma(2, 3)")]
    [InlineData("inv_gamma(3, 2)")]
    [InlineData("beta(2, 3)")]
    [InlineData("uniform(-1, 2)")]
    public void Draws_of_a_prior_lie_as_its_density_says(string text)
    {
        var random = new MersenneTwister(11);
        Prior prior = Prior.Parse(text);
        double[] drawn = [.. Enumerable.Range(0, 40_000).Select(_ => prior.Draw(random)).Order()];

        // The density's mass between the quartiles of the draws, by Simpson's rule, is a half.
        double from = drawn[10_000], to = drawn[30_000];
        const int Steps = 2000;
        double width = (to - from) / Steps, mass = 0.0;
        for (int i = 0; i <= Steps; i++)
        {
            double weight = i is 0 or Steps ? 1.0 : i % 2 == 1 ? 4.0 : 2.0;
            mass += weight * width / 3.0 * Math.Exp(-prior.Expand(from + i * width).Value);
        }

        Assert.Equal(0.5, mass, 0.0125);
        Assert.All(new[] { drawn[0], drawn[^1] }, each => Assert.True(double.IsFinite(prior.Expand(each).Value)));
    }

    private static FitProblem Problem(double[] noise) => new()
    {
        Model = Model.FromFormula("a + b*x", "x"),
        Inputs = Matrix<double>.Build.Dense(noise.Length, 1, (i, _) => 0.1 * i),
        Targets = Vector<double>.Build.Dense(noise.Length, i => 1.0 + 0.1 * i + noise[i]),
    };
}
