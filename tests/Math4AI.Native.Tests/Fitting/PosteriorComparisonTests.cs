using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>Models ranked by the log density of samples that are left out.</summary>
public sealed class PosteriorComparisonTests
{
    private const int Samples = 40;

    [Fact]
    public void A_line_through_a_line_beats_a_constant_and_is_not_told_from_a_parabola()
    {
        FitPosterior line = Posterior("a + b*x"), constant = Posterior("a + 0*x");
        FitPosterior parabola = Posterior("a + b*x + c*x^2");
        PosteriorComparison found = PosteriorComparison.Of(
            [("constant", constant), ("line", line), ("parabola", parabola)]);
        Assert.Equal("constant", found.Models[^1].Name);
        Assert.Contains(
            found.Notes, note => note.Contains("predicts better than 'constant'", StringComparison.Ordinal));
        Assert.Contains(found.Notes, note => note.Contains("about equally well", StringComparison.Ordinal));
        RankedPosterior last = found.Models[^1];
        Assert.Equal(last.Accuracy.LogDensity - found.Models[0].Accuracy.LogDensity, last.Difference, 1e-9);
        Assert.True(last.Difference < -2.0 * last.DifferenceError);
        Assert.Equal(1.0, found.Models.Sum(model => model.Weight), 1e-12);
        Assert.True(last.Weight < 0.1);
    }

    [Fact]
    public void Distances_are_ranked_by_their_posteriors_and_those_without_one_are_named()
    {
        FitProblem problem = Problem("a + b*x", outlier: 15.0);
        FitResult fit = problem.Fit();
        IReadOnlyList<RankedModel> ranked = ModelComparison.RankDistances(
            fit, [Distance.StudentT(), Distance.Huber()], folds: 4);
        PosteriorComparison found = PosteriorComparison.Sample(
            FitPosterior.Sample(fit, sampler: Few), ranked, sampler: Few);
        Assert.Equal(["student:4", "squared"], found.Models.Select(model => model.Name));
        Assert.Contains(found.Notes, note => note.EndsWith("posteriors: huber:1.345.", StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => PosteriorComparison.Of([]));
        FitPosterior other = FitPosterior.Sample(Problem("a + b*x").Fit(), sampler: Few);
        Assert.Throws<ArgumentException>(
            () => PosteriorComparison.Of([("a", found.Models[0].Posterior), ("b", other)]));
    }

    [Fact]
    public void Models_with_priors_are_compared_by_their_evidence_too()
    {
        Dictionary<string, Prior> priors = new()
        {
            ["a"] = Prior.Normal(0.0, 3.0),
            ["b"] = Prior.Normal(0.0, 3.0),
            ["sigma"] = Prior.Parse("half_normal(2)"),
        };
        FitPosterior Of(string formula, params string[] names) => FitPosterior.Sample(
            Problem(formula).Fit(), names.ToDictionary(name => name, name => priors[name]), Few);
        FitPosterior line = Of("a + b*x", "a", "b", "sigma"), constant = Of("a + 0*x", "a", "sigma");
        PosteriorComparison found = PosteriorComparison.Of([("constant", constant), ("line", line)]);
        Assert.Equal(line.LogEvidence(), found.Models[0].LogEvidence);
        Assert.Equal(constant.LogEvidence(), found.Models[1].LogEvidence);
        Assert.Contains(found.Notes, note => note.StartsWith(
            "The log evidence of 'line' is above that of 'constant' by", StringComparison.Ordinal));

        // Where one of them has a flat parameter, no evidence is compared.
        PosteriorComparison flat = PosteriorComparison.Of([("constant", constant), ("line", Posterior("a + b*x"))]);
        Assert.All(flat.Models, model => Assert.Null(model.LogEvidence));
    }

    [Fact]
    public void Stacking_gives_each_model_the_share_of_the_samples_that_it_alone_predicts()
    {
        // The first model explains 3 samples of 4, the second the rest: Σ log(w p + …) is greatest at 3/4 and 1/4.
        double[] first = [.. Enumerable.Range(0, 400).Select(i => i % 4 == 0 ? -50.0 : 0.0)];
        double[] second = [.. Enumerable.Range(0, 400).Select(i => i % 4 == 0 ? 0.0 : -50.0)];
        double[] never = [.. Enumerable.Repeat(-60.0, 400)];
        double[] weights = StackingWeights.Of([first, second, never]);
        Assert.Equal(0.75, weights[0], 1e-6);
        Assert.Equal(0.25, weights[1], 1e-6);
        Assert.Equal(0.0, weights[2], 1e-6);
    }

    [Fact]
    public void Probabilities_of_counts_are_not_ranked_with_densities_of_numbers()
    {
        FitProblem counts = Problem("a + b*x") with
        {
            Targets = Vector<double>.Build.Dense(Samples, i => i % 9 == 4 ? 1.0 : 0.0),
            Distance = Distance.Poisson,
        };
        FitResult fit = counts.Fit();
        FitPosterior poisson = FitPosterior.Sample(fit, sampler: Few);
        FitPosterior squared = FitPosterior.Sample((counts with { Distance = Distance.Squared }).Fit(), sampler: Few);
        const string Why = "'poisson' gives the probability of a count and 'squared' the density of a number";
        Assert.Contains(Why, Assert.Throws<ArgumentException>(
            () => PosteriorComparison.Of([("poisson", poisson), ("squared", squared)])).Message);
        Assert.Throws<ArgumentException>(() => poisson.LeaveOneOut().Minus(squared.LeaveOneOut()));

        // What the fits predict can be compared all the same, and AIC where all are of one kind.
        IReadOnlyList<RankedModel> mixed = ModelComparison.RankDistances(fit, [Distance.Squared], folds: 4);
        Assert.All(mixed, model => Assert.True(double.IsNaN(model.Aic) && double.IsNaN(model.Bic)));
        Assert.All(mixed, model => Assert.True(model.PredictionError > 0.0));
        Assert.Contains(Why, Assert.Throws<ArgumentException>(
            () => PosteriorComparison.Sample(poisson, mixed, sampler: Few)).Message);
        IReadOnlyList<RankedModel> alike =
            ModelComparison.RankDistances(fit, [Distance.BinaryCrossEntropy, Distance.Huber()], folds: 4);
        Assert.All(alike, model => Assert.Equal(model.Fit.Aic, model.Aic));
        Assert.Null(ModelComparison.WhyNotComparable([Distance.Squared, Distance.Huber(), Distance.StudentT()]));
    }

    private static NutsSampler Few => new() { Draws = 500, Warmup = 500 };

    private static FitPosterior Posterior(string formula) =>
        FitPosterior.Sample(Problem(formula).Fit(), sampler: Few);

    private static FitProblem Problem(string formula, double outlier = 0.0) => new()
    {
        Model = Model.FromFormula(formula, "x"),
        Inputs = Matrix<double>.Build.Dense(Samples, 1, (i, _) => 0.1 * i),
        Targets = Vector<double>.Build.Dense(
            Samples, i => 1.0 + 0.1 * i + 0.5 * Math.Sin(17.0 * i) + (i % 13 == 7 ? outlier : 0.0)),
    };
}
