using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>Leave-one-out densities where they are known in closed form.</summary>
public sealed class PredictiveAccuracyTests
{
    private static readonly double[] Observed = [0.2, 1.4, -0.3, 0.9, 1.1, 0.4, 2.0, 0.7, -0.1, 1.2, 0.8, 0.5];

    [Fact]
    public void Left_out_samples_of_a_normal_mean_have_their_exact_density()
    {
        // Prior N(0, 10), σ = 1: without sample i the mean is N(S/P, 1/P) with P = 0.01 + n − 1, and y_i ~ N(S/P, 1 +
        // 1/P).
        PredictiveAccuracy found = Accuracy("a + 0*x", ("a", "normal(0, 10)"));
        double precision = 0.01 + Observed.Length - 1.0, total = 0.0;
        for (int i = 0; i < Observed.Length; i++)
        {
            double mean = (Observed.Sum() - Observed[i]) / precision, variance = 1.0 + 1.0 / precision;
            double exact = -0.5 * Math.Log(2.0 * Math.PI * variance) - 0.5 * Math.Pow(Observed[i] - mean, 2) / variance;
            Assert.Equal(exact, found.Pointwise[i], 0.02);
            total += exact;
        }

        Assert.Equal(total, found.LogDensity, 0.05);
        Assert.Equal(total, found.Waic, 0.05);
        Assert.All(found.Shapes, shape => Assert.True(shape < 0.7));
        Assert.Empty(found.Warnings);
        Assert.InRange(found.EffectiveParameters, 0.3, 1.0);
    }

    [Fact]
    public void A_parameter_without_use_makes_predictions_worse()
    {
        PredictiveAccuracy constant = Accuracy("a + 0*x", ("a", "normal(0, 10)"));
        PredictiveAccuracy line = Accuracy("a + b*x", ("a", "normal(0, 10)"), ("b", "normal(0, 10)"));
        (double difference, double error) = constant.Minus(line);
        Assert.True(difference > 0.0);
        Assert.True(error > 0.0);
        Assert.Equal(difference, constant.LogDensity - line.LogDensity, 1e-10);
    }

    [Fact]
    public void Accuracies_of_other_observations_are_not_compared()
    {
        FitProblem problem = PosteriorData.Linear(Observed, PosteriorData.Ones(Observed.Length));
        FitProblem small = problem with { Targets = problem.Targets!.Values * 0.001 };
        PredictiveAccuracy Of(FitProblem of) =>
            FitPosterior.Sample(of.Fit(), sampler: new NutsSampler { Draws = 200 }).LeaveOneOut();
        PredictiveAccuracy first = Of(problem), second = Of(small);
        Assert.Contains(
            "other observations", Assert.Throws<ArgumentException>(() => first.Minus(second)).Message,
            StringComparison.Ordinal);

        // Of log likelihoods of one's own nobody knows what they are of.
        PredictiveAccuracy own = PredictiveAccuracy.Of([[.. second.Pointwise], [.. second.Pointwise]]);
        Assert.Equal(first.LogDensity - second.LogDensity, first.Minus(own).Difference, 1e-9);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.9)]
    public void A_pareto_tail_has_its_shape(double shape)
    {
        // w = u^−k, evenly spaced u: the weight of a generalized Pareto distribution of shape k.
        double[] logs = [.. Enumerable.Range(0, 20_000).Select(i => -shape * Math.Log((i + 0.5) / 20_000))];
        var draws = logs.Select(log => new[] { -log }).ToList();
        PredictiveAccuracy found = PredictiveAccuracy.Of(draws);
        Assert.Equal(shape, found.Shapes[0], 0.1);
        Assert.Equal(shape > 0.7 ? 1 : 0, found.Warnings.Count);
        Assert.Throws<ArgumentException>(() => PredictiveAccuracy.Of([]));
    }

    [Fact]
    public void Equal_weights_have_no_tail_and_weights_with_ties_have_one()
    {
        double[] equal = [.. Enumerable.Range(0, 400).Select(i => 1e-14 * (i % 3))];
        Assert.Equal(double.NegativeInfinity, ParetoSmoothing.Smooth(equal));

        // Half of the tail is as large as where it begins.
        double[] tied = [.. Enumerable.Range(0, 400).Select(i => i < 370 ? 0.0 : 0.01 * (i - 369))];
        Assert.True(double.IsFinite(ParetoSmoothing.Smooth(tied)));
    }

    [Fact]
    public void Samples_without_weight_change_nothing()
    {
        double[] weights = [.. Observed.Select(_ => 4.0)];
        (double LogDensity, double Evidence, double Largest) few = Of(Observed, weights);
        (double LogDensity, double Evidence, double Largest) more = Of([.. Observed, 90.0], [.. weights, 0.0]);
        Assert.Equal(few.LogDensity, more.LogDensity, 0.05);
        Assert.Equal(few.Evidence, more.Evidence, 0.05);
        Assert.Equal(few.Largest, more.Largest);

        static (double LogDensity, double Evidence, double Largest) Of(double[] y, double[] weights)
        {
            var problem = new FitProblem
            {
                Model = Model.FromFormula("a + 0*x", "x"),
                Inputs = Matrix<double>.Build.Dense(y.Length, 1, 1.0),
                Targets = Vector<double>.Build.Dense(y),
                Weights = Vector<double>.Build.Dense(weights),
            };
            FitPosterior found = FitPosterior.Sample(problem.Fit(), new Dictionary<string, Prior>
            {
                ["a"] = Prior.Normal(0.0, 10.0),
                ["sigma"] = Prior.Parse("half_normal(3)"),
            });
            CheckedStatistic largest = found.Check().Statistics.Single(each => each.Name == "largest");
            Assert.All(largest.Replicated, value => Assert.True(double.IsFinite(value)));
            return (found.LeaveOneOut().LogDensity, found.LogEvidence().Value, largest.Observed);
        }
    }

    private static PredictiveAccuracy Accuracy(string formula, params (string Name, string Prior)[] priors)
    {
        var problem = new FitProblem
        {
            Model = Model.FromFormula(formula, "x"),
            Inputs = Matrix<double>.Build.Dense(Observed.Length, 1, (i, _) => i),
            Targets = Vector<double>.Build.Dense(Observed),
            Sigma = Vector<double>.Build.Dense(Observed.Length, 1.0),
            IsSigmaAbsolute = true,
        };
        return FitPosterior.Sample(
            problem.Fit(), priors.ToDictionary(each => each.Name, each => Prior.Parse(each.Prior))).LeaveOneOut();
    }
}
