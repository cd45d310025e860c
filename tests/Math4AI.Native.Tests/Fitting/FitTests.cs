using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Optimization;
using Math4AI.Optimization.Constraints;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using static Math4AI.Tests.Fitting.DecayData;

namespace Math4AI.Tests.Fitting;

/// <summary>What a fit finds: minima, weights, distances, priors, bounds, constraints, and what it refuses.</summary>
public class FitTests
{
    [Fact]
    public void Without_a_start_the_same_minimum_is_found()
    {
        FitProblem problem = Simulate(3);
        Vector<double> expected = problem.Fit(Start()).Parameters;
        Vector<double> found = problem.Fit().Parameters;
        Assert.True((found - expected).AbsoluteMaximum() < 1e-7, $"{found} {expected}");
    }

    [Fact]
    public void Weights_of_2_are_worth_the_same_sample_twice()
    {
        FitProblem problem = Simulate(4);
        Vector<double> twice = problem with
        {
            Weights = Vector<double>.Build.Dense(50, i => i < 10 ? 2.0 : 1.0),
        } is var weighted
            ? weighted.Fit(Start()).Parameters
            : null!;
        int[] rows = [.. Enumerable.Range(0, 50), .. Enumerable.Range(0, 10)];
        Vector<double> repeated = (problem with
        {
            Inputs = Matrix<double>.Build.DenseOfRowVectors(rows.Select(problem.Inputs!.Row)),
            Targets = Vector<double>.Build.DenseOfEnumerable(rows.Select(i => problem.Targets![i])),
        }).Fit(Start()).Parameters;
        Assert.True((twice - repeated).AbsoluteMaximum() < 1e-9);
    }

    [Theory]
    [InlineData("huber:0.3")]
    [InlineData("pseudo-huber:0.3")]
    [InlineData("cauchy:0.3")]
    [InlineData("tukey:1")]
    [InlineData("absolute")]
    [InlineData("laplace")]
    [InlineData("student:3")]
    public void Distances_that_grow_slowly_withstand_one_gross_error_in_five(string distance)
    {
        FitProblem problem = Simulate(5);
        for (int i = 0; i < 50; i += 5)
        {
            problem.Targets![i] += 8.0;
        }

        double squared = (problem.Fit(Start()).Parameters - Truth).AbsoluteMaximum();
        FitResult robust = (problem with { Distance = Distance.Parse(distance) }).Fit(Start());
        double error = (robust.Parameters - Truth).AbsoluteMaximum();
        Assert.True(error < 0.3 * squared, $"{squared} {error} {robust.Minimum.Termination}");
    }

    [Fact]
    public void The_median_of_a_constant_is_found_by_the_absolute_distance()
    {
        double[] y = [1, 2, 4, 8, 100];
        FitResult fit = Constant(y, Distance.Absolute);
        Assert.Equal(4.0, fit.Parameters[0], 1e-6);
        Assert.Equal(2.0, Constant(y, Distance.Quantile(0.3)).Parameters[0], 1e-6);
    }

    [Fact]
    public void A_Gaussian_with_an_unknown_scale_gives_the_means_the_scale_and_the_likelihood_of_least_squares()
    {
        FitProblem problem = Simulate(6);
        FitResult squares = problem.Fit(Start());
        FitResult gaussian = (problem with { Distance = Distance.Gaussian }).Fit(Start());
        Assert.True((squares.Parameters - gaussian.Parameters).AbsoluteMaximum() < 1e-6);
        Assert.Equal(Math.Sqrt(squares.ResidualSumOfSquares / 50.0), gaussian.Scale, 1e-6);
        Assert.Equal(squares.LogLikelihood, gaussian.LogLikelihood, 1e-8);
        Assert.Equal(squares.Aic, gaussian.Aic, 1e-8);
    }

    [Fact]
    public void Logistic_and_Poisson_fits_meet_their_likelihood_equations()
    {
        var random = new MersenneTwister(7);
        Matrix<double> x = Matrix<double>.Build.Dense(400, 1, (_, _) => Normal.Sample(random, 0.0, 1.0));
        Model line = Model.FromFormula("a + b*x", "x");
        Vector<double> classes = Vector<double>.Build.DenseOfEnumerable(
            x.Column(0).Select(u => random.NextDouble() < 1.0 / (1.0 + Math.Exp(-0.3 - 1.2 * u)) ? 1.0 : 0.0));
        Vector<double> counts = Vector<double>.Build.DenseOfEnumerable(
            x.Column(0).Select(u => (double)Poisson.Sample(random, Math.Exp(0.5 + 0.6 * u))));
        var start = new Dictionary<string, double> { ["a"] = 0.0, ["b"] = 0.0 };
        FitResult logistic = new FitProblem
        {
            Model = line,
            Inputs = x,
            Targets = classes,
            Distance = Distance.BinaryCrossEntropy,
        }.Fit(start);
        FitResult poisson = new FitProblem
        {
            Model = line,
            Inputs = x,
            Targets = counts,
            Distance = Distance.Poisson,
        }.Fit(start);
        Vector<double> first = classes - logistic.Fitted.Map(f => 1.0 / (1.0 + Math.Exp(-f)), Zeros.Include);
        Vector<double> second = counts - poisson.Fitted.PointwiseExp();
        foreach (Vector<double> score in new[] { first, second })
        {
            Assert.Equal(0.0, score.Sum(), 1e-8);
            Assert.Equal(0.0, score * x.Column(0), 1e-8);
        }
    }

    [Fact]
    public void A_prior_shrinks_a_mean_as_the_formula_for_normal_densities_says()
    {
        double[] y = [1.0, 2.0, 3.0, 6.0];
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula("m", []),
            Inputs = Matrix<double>.Build.Dense(4, 0),
            Targets = Vector<double>.Build.Dense(y),
            Distance = Distance.Gaussian,
            Priors = new Dictionary<string, Prior> { ["m"] = Prior.Normal(0.0, 0.5) },
        }.Fit(new Dictionary<string, double> { ["m"] = 1.0 });
        double precision = 4.0 / (fit.Scale * fit.Scale);
        Assert.Equal(precision * 3.0 / (precision + 4.0), fit.Parameters[0], 1e-7);
    }

    [Fact]
    public void Bounds_hold_and_the_others_are_the_best_that_they_allow()
    {
        FitProblem problem = Simulate(8) with
        {
            Bounds = new Dictionary<string, (double, double)> { ["c"] = (1.5, 2.0) },
        };
        FitResult bounded = problem.Fit(Start(c: 1.7));
        FitResult held = (Simulate(8) with { Fixed = new Dictionary<string, double> { ["c"] = 1.5 } }).Fit(Start());
        Assert.True(bounded.Minimum.IsConverged);
        Assert.True(
            (bounded.Parameters - held.Parameters).AbsoluteMaximum() < 1e-6, $"{bounded.Parameters} {held.Parameters}");
    }

    [Fact]
    public void Samples_of_weight_zero_are_none()
    {
        FitProblem problem = Simulate(11);
        FitProblem without = problem with
        {
            Inputs = problem.Inputs!.SubMatrix(0, 40, 0, 1),
            Targets = problem.Targets!.Values.SubVector(0, 40),
        };
        FitResult weighted = (problem with
        {
            Weights = Vector<double>.Build.Dense(50, i => i < 40 ? 1.0 : 0.0),
        }).Fit(Start());
        FitResult expected = without.Fit(Start());
        Assert.True((weighted.StandardErrors - expected.StandardErrors).AbsoluteMaximum() < 1e-9);
        Assert.Equal(expected.LogLikelihood, weighted.LogLikelihood, 1e-9);
        Assert.Equal(expected.Bic, weighted.Bic, 1e-9);
    }

    [Fact]
    public void Parameters_that_the_data_cannot_tell_apart_have_no_finite_standard_error()
    {
        FitProblem problem = Simulate(12) with { Model = Model.FromFormula("a + b + c*x", "x") };
        FitResult fit = problem.Fit(Start());
        Assert.False(fit.Minimum.IsConverged);
        Assert.False(double.IsFinite(fit.StandardErrors[0]));
    }

    [Fact]
    public void Of_frequencies_that_samples_cannot_tell_apart_the_lowest_is_found()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(60, 1, (i, _) => 0.2 * i);
        Model wave = Model.FromFormula("a*sin(w*x + p)", "x");
        var random = new MersenneTwister(13);
        Vector<double> y = wave.Evaluate(x, Vector<double>.Build.Dense([2.0, 2.2, 0.5]))
            + Vector<double>.Build.Dense(60, _ => Normal.Sample(random, 0.0, 0.05));
        FitResult fit = new FitProblem { Model = wave, Inputs = x, Targets = y }.Fit();
        Assert.Equal(2.2, Math.Abs(fit.Parameters[1]), 0.05);
    }

    [Fact]
    public void The_true_model_ranks_first_and_a_robust_distance_before_squares_where_errors_are_gross()
    {
        FitProblem right = Simulate(14, samples: 80);
        FitProblem line = right with { Model = Model.FromFormula("a + b*x", "x") };
        IReadOnlyList<RankedModel> models = ModelComparison.Rank(
            [("line", line, new Dictionary<string, double> { ["a"] = 0.0, ["b"] = 0.0 }), ("decay", right, Start())]);
        Assert.Equal("decay", models[0].Name);
        Assert.True(models[0].Aic < models[1].Aic && models[0].Bic < models[1].Bic);
        Assert.True(models[0].PredictionErrorSquared < models[1].PredictionErrorSquared);

        for (int i = 0; i < 80; i += 5)
        {
            right.Targets![i] += 8.0;
        }

        FitProblem robust = right with { Distance = Distance.StudentT(3.0) };
        Assert.Equal(
            "student", ModelComparison.Rank([("squares", right, Start()), ("student", robust, Start())])[0].Name);
    }

    [Fact]
    public void A_constraint_on_parameters_is_met_and_costs_what_it_must()
    {
        var together = new Constraint(
            theta => Vector<double>.Build.Dense(1, theta[0] + theta[2] - 6.2),
            _ => Matrix<double>.Build.DenseOfRowArrays([1.0, 0.0, 1.0]));
        FitProblem problem = Simulate(15);
        FitResult free = problem.Fit(Start());
        FitResult bound = (problem with { Minimizer = Minimizer.AugmentedLagrangian(together) }).Fit(Start());

        // The same by substitution, c = 6.2 − a.
        FitResult substituted = (problem with { Model = Model.FromFormula("a*exp(-b*x) + 6.2 - a", "x") })
            .Fit(new Dictionary<string, double> { ["a"] = 3.0, ["b"] = 1.0 });
        Assert.Equal(6.2, bound.Parameters[0] + bound.Parameters[2], 1e-8);
        Assert.Equal(substituted.Parameters[0], bound.Parameters[0], 1e-5);
        Assert.True(bound.ResidualSumOfSquares > free.ResidualSumOfSquares);
    }

    [Theory]
    [InlineData("sample")]
    [InlineData("start")]
    [InlineData("bounds")]
    [InlineData("few")]
    public void Data_that_do_not_belong_together_are_refused_before_any_work(string what)
    {
        FitProblem problem = Simulate(10);
        Action fit = what switch
        {
            "sample" => () =>
            {
                problem.Targets![3] = double.NaN;
                problem.Fit(Start());
            }
            ,
            "start" => () => problem.Fit(new Dictionary<string, double> { ["a"] = 1.0 }),
            "bounds" => () => (problem with
            {
                Bounds = new Dictionary<string, (double, double)> { ["z"] = (0.0, 1.0) },
            }).Fit(Start()),
            _ => () => (problem with
            {
                Inputs = problem.Inputs!.SubMatrix(0, 2, 0, 1),
                Targets = problem.Targets!.Values.SubVector(0, 2),
            }).Fit(Start()),
        };
        Assert.Throws<ArgumentException>(fit);
    }

    private static FitResult Constant(double[] y, Distance distance) =>
        new FitProblem
        {
            Model = Model.FromFormula("m", []),
            Inputs = Matrix<double>.Build.Dense(y.Length, 0),
            Targets = Vector<double>.Build.Dense(y),
            Distance = distance,
            Options = new MinimizerOptions { MaxIterations = 500 },
        }.Fit(new Dictionary<string, double> { ["m"] = 1.0 });
}
