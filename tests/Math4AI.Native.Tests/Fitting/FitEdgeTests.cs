using Math4AI.Fitting;
using Math4AI.Optimization;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Uncertainty;
using Math4AI.Runtime;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using TorchSharp;

namespace Math4AI.Tests.Fitting;

/// <summary>
/// Uncertainties where a formula alone would be wrong: corners, estimates near 0, bounds, weights of 0.
/// </summary>
public sealed class FitEdgeTests
{
    private static readonly Model Line = Model.FromFormula("a + b*x", "x");

    [Fact]
    public void A_fit_that_rests_on_a_slope_has_not_converged()
    {
        // The slope that fits, 2e350, is no number of float64, and at a = b = 0 the constant alone would do better.
        Matrix<double> x = Matrix<double>.Build.Dense(8, 1, (i, _) => (i + 1) * 1e-200);
        Vector<double> y = Vector<double>.Build.Dense(8, i => (2 * i + 3) * 1e150);
        var extreme = new FitProblem { Model = Line, Inputs = x, Targets = y };
        Assert.False(extreme.Fit().IsConverged);
        Assert.False((extreme with { Options = new MinimizerOptions { KeepPath = true } }).Fit().IsConverged);

        // What no line explains is still a minimum: the mean.
        FitResult flat = new FitProblem { Model = Line, Inputs = x * 1e200, Targets = y.Map(_ => 3.0) }.Fit();
        Assert.True(flat.IsConverged);
        Vector<double> even = Vector<double>.Build.Dense(8, i => i % 4 is 0 or 3 ? 1.0 : -1.0);
        FitResult none = new FitProblem { Model = Line, Inputs = x * 1e200, Targets = even }.Fit();
        Assert.True(none.IsConverged);
        Assert.Equal(0.0, none.Parameters[1], 1e-12);
    }

    [Theory]
    [InlineData(1e-150, 1e-150)]
    [InlineData(1e-150, 1e150)]
    [InlineData(1e150, 1e-150)]
    [InlineData(1e150, 1e150)]
    [InlineData(1e-200, 1.0)]
    [InlineData(1e200, 1.0)]
    public void Units_of_any_size_change_nothing_but_the_units(double ofInput, double ofTarget)
    {
        Matrix<double> x = Matrix<double>.Build.Dense(20, 1, (i, _) => 0.5 * (i + 1));
        Vector<double> y =
            Vector<double>.Build.Dense(20, i => 1.0 + 3.0 * Math.Exp(-0.5 * x[i, 0]) + 0.05 * Math.Sin(7 * i));
        foreach ((string formula, double[] units) in new[]
        {
            ("a*x + b", new[] { ofTarget / ofInput, ofTarget }),
            ("a*exp(-b*x) + c", [ofTarget, 1.0 / ofInput, ofTarget]),
        })
        {
            var usual = new FitProblem { Model = Model.FromFormula(formula, "x"), Inputs = x, Targets = y };
            FitResult expected = usual.Fit();
            FitResult extreme = (usual with { Inputs = x * ofInput, Targets = y * ofTarget }).Fit();
            Assert.True(extreme.IsConverged, formula);
            for (int j = 0; j < units.Length; j++)
            {
                Assert.Equal(expected.Parameters[j], extreme.Parameters[j] / units[j], 1e-9);
                Assert.Equal(expected.StandardErrors[j], extreme.StandardErrors[j] / units[j], 1e-8);
                Assert.Equal(expected.Leverage[j], extreme.Leverage[j], 1e-8);
            }
        }
    }

    [Theory]
    [InlineData(1e-200)]
    [InlineData(1e200)]
    public void Observations_whose_squares_are_no_numbers_are_refused(double unit)
    {
        Matrix<double> x = Matrix<double>.Build.Dense(8, 1, (i, _) => i);
        var problem = new FitProblem
        {
            Model = Line,
            Inputs = x,
            Targets = Vector<double>.Build.Dense(8, i => i * unit),
        };
        Assert.Contains("another unit", Assert.Throws<ArgumentException>(() => problem.Fit()).Message);
    }

    [Fact]
    public void Laplace_has_the_errors_that_theory_and_the_bootstrap_give()
    {
        const int Count = 200;
        (Matrix<double> x, Vector<double> y) = Samples(Count, random => Laplace.Sample(random, 0.0, 0.5));
        FitResult fit = Problem(x, y, Distance.Laplace).Fit(Vector<double>.Build.Dense(2));

        // V Σ (1 + 2√(2/π) √h + ¾h) g gᵀ V / i with V = (Σ g gᵀ)⁻¹ and 1/i = (2 Σ|r|/(2n − k))².
        Matrix<double> design =
            Matrix<double>.Build.DenseOfColumnVectors(Vector<double>.Build.Dense(Count, 1.0), x.Column(0));
        Matrix<double> inverse = design.TransposeThisAndMultiply(design).Inverse();
        double scale = 2.0 * fit.Residuals.L1Norm() / (2.0 * Count - 2.0);
        Matrix<double> middle = Matrix<double>.Build.Dense(2, 2);
        foreach (Vector<double> row in design.EnumerateRows())
        {
            double h = row * inverse * row;
            middle += (1.0 + 2.0 * Math.Sqrt(2.0 / Math.PI) * Math.Sqrt(h) + 0.75 * h) * row.OuterProduct(row);
        }

        Vector<double> expected = (scale * scale * inverse * middle * inverse).Diagonal().PointwiseSqrt();
        Vector<double> sandwich = fit.SandwichCovariance.Diagonal().PointwiseSqrt();
        Assert.True((fit.StandardErrors - expected).AbsoluteMaximum() < 1e-10 * expected.Maximum(),
            $"{fit.StandardErrors} {expected}");
        Vector<double> drawn = fit.Bootstrap(400).StandardErrors;
        Assert.All(drawn.Zip(expected, (a, b) => a / b), ratio => Assert.InRange(ratio, 0.7, 1.4));
        Assert.All(sandwich.Zip(expected, (a, b) => a / b), ratio => Assert.InRange(ratio, 0.7, 1.4));
        Assert.Equal(2.0, fit.Leverage.Sum(), 1e-10);
        Assert.Throws<NotSupportedException>(() => fit.CooksDistance);
    }

    [Fact]
    public void Least_absolute_deviations_end_at_the_same_line_from_everywhere()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(21, 1, (i, _) => 0.1 * i);
        var noise = new MersenneTwister(4, threadSafe: false);
        Vector<double> y = Vector<double>.Build.Dense(21, i => 1.0 + 2.0 * x[i, 0] + 0.01 * (noise.NextDouble() - 0.5));
        y[20] -= 4.0;
        foreach (Distance distance in new[] { Distance.Absolute, Distance.Laplace })
        {
            FitProblem problem = Problem(x, y, distance);
            FitResult near = problem.Fit(Vector<double>.Build.Dense(2)),
                far = problem.Fit(Vector<double>.Build.DenseOfArray([1e9, 0.0]));
            Assert.True(
                (near.Parameters - far.Parameters).AbsoluteMaximum() < 1e-6, $"{near.Parameters} {far.Parameters}");
            Assert.Equal(1.0, far.Parameters[0], 0.01);
        }
    }

    [Fact]
    public void An_estimate_that_happens_to_be_0_has_the_error_of_any_other()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(41, 1, (i, _) => 0.05 * (i - 20));
        var random = new MersenneTwister(7, threadSafe: false);
        Vector<double> y = Vector<double>.Build.Dense(41, i => 2.0 * x[i, 0] + Normal.Sample(random, 0.0, 0.2));
        y -= y.Sum() / 41;
        FitResult centred = Problem(x, y, Distance.Gaussian).Fit(Vector<double>.Build.DenseOfArray([0.1, 1.0]));
        FitResult shifted = Problem(x, y + 3.0, Distance.Gaussian).Fit(Vector<double>.Build.DenseOfArray([0.1, 1.0]));
        Assert.True(Math.Abs(centred.Parameters[0]) < 1e-8);
        Assert.True((centred.StandardErrors - shifted.StandardErrors).AbsoluteMaximum()
            < 1e-5 * shifted.StandardErrors.Maximum(),
            $"{centred.StandardErrors} {shifted.StandardErrors}");

        // Of the scale that is freed of both parameters, s² n/(n − k).
        Assert.Equal(centred.Scale / Math.Sqrt(39.0), centred.StandardErrors[0], 1e-5 * centred.StandardErrors[0]);
    }

    [Fact]
    public void A_Laplace_prior_does_not_hold_a_parameter_that_starts_at_its_centre()
    {
        (Matrix<double> x, Vector<double> y) = Samples(50, random => Normal.Sample(random, 0.0, 0.1));
        FitProblem problem = Problem(x, y, Distance.Gaussian) with
        {
            Priors = new Dictionary<string, Prior> { ["b"] = Prior.Laplace(0.0, 10.0) },
        };
        Vector<double> at = problem.Fit(Vector<double>.Build.Dense(2)).Parameters;
        Vector<double> beside = problem.Fit(Vector<double>.Build.DenseOfArray([0.0, 0.5])).Parameters;
        Assert.True((at - beside).AbsoluteMaximum() < 1e-5, $"{at} {beside}");

        // A narrow one holds it where the data pull less: exactly there.
        FitProblem narrow = problem with
        {
            Priors = new Dictionary<string, Prior> { ["b"] = Prior.Laplace(0.0, 1e-4) },
        };
        Assert.Equal(0.0, narrow.Fit(Vector<double>.Build.DenseOfArray([1.0, 0.5])).Parameters[1], 1e-6);
    }

    [Fact]
    public void A_parameter_on_its_bound_is_taken_as_fixed_there()
    {
        (Matrix<double> x, Vector<double> y) = Samples(40, random => Normal.Sample(random, 0.0, 0.3));
        FitResult bounded = (Problem(x, y, Distance.Squared) with
        {
            Bounds = new Dictionary<string, (double, double)> { ["b"] = (0.0, 1.0) },
        }).Fit(Vector<double>.Build.DenseOfArray([0.0, 0.5]));
        FitResult held = (Problem(x, y, Distance.Squared) with
        {
            Fixed = new Dictionary<string, double> { ["b"] = 1.0 },
        })
            .Fit(Vector<double>.Build.Dense(2));
        Assert.Equal(["b"], bounded.OnBounds);
        Assert.Empty(held.OnBounds);
        Assert.Equal(0.0, bounded.StandardErrors[1]);
        Assert.Equal(held.StandardErrors[0], bounded.StandardErrors[0], 1e-8);
        Assert.Equal(held.DegreesOfFreedom, bounded.DegreesOfFreedom);
        Assert.True((held.CooksDistance - bounded.CooksDistance).AbsoluteMaximum() < 1e-10);
        Assert.Equal(held.Intervals()[0].Upper, bounded.Intervals()[0].Upper, 1e-8);
    }

    [Fact]
    public void Where_bounds_hold_every_parameter_nothing_is_uncertain_and_data_can_still_be_drawn_again()
    {
        (Matrix<double> x, Vector<double> y) = Samples(40, random => Normal.Sample(random, 0.0, 0.3));
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula("b*x", "x"),
            Inputs = x,
            Targets = y,
            Bounds = new Dictionary<string, (double, double)> { ["b"] = (0.0, 1.0) },
        }.Fit(Vector<double>.Build.Dense(1, 0.5));
        Assert.Equal(["b"], fit.OnBounds);
        Assert.Equal(0.0, fit.StandardErrors[0]);
        Assert.Equal(0.0, fit.Leverage.AbsoluteMaximum());
        Assert.Equal(0.0, fit.CooksDistance.AbsoluteMaximum());
        Bootstrap drawn = fit.Bootstrap(50);
        Assert.Equal(1.0, drawn.Estimates.Column(0).Maximum());
        Assert.InRange(drawn.Intervals()[0].Upper, 0.0, 1.0);
    }

    [Fact]
    public void A_bound_near_the_estimate_does_not_widen_the_intervals_of_the_others()
    {
        (Matrix<double> x, Vector<double> y) = Samples(30, random => Normal.Sample(random, 0.0, 0.25));
        FitProblem problem = Problem(x, y, Distance.Squared);
        FitResult free = problem.Fit(Vector<double>.Build.Dense(2));
        double bound = free.Parameters[1] - free.StandardErrors[1];
        FitResult near = (problem with { Bounds = new Dictionary<string, (double, double)> { ["b"] = (bound, 10.0) } })
            .Fit(Vector<double>.Build.DenseOfArray([1.0, 2.0]));
        Assert.Empty(near.OnBounds);
        Interval expected = free.Bootstrap(400).Intervals()[0], found = near.Bootstrap(400).Intervals()[0];
        Assert.True(found.Upper - found.Lower <= 1.02 * (expected.Upper - expected.Lower), $"{found} {expected}");
    }

    [Fact]
    public void A_prior_counts_in_the_profile_of_its_parameter_and_in_the_sandwich_of_Laplace()
    {
        (Matrix<double> x, Vector<double> y) = Samples(12, random => Normal.Sample(random, 0.0, 0.3));
        FitProblem problem = Problem(x, y, Distance.Gaussian) with
        {
            Priors = new Dictionary<string, Prior> { ["b"] = Prior.Normal(2.0, 0.01) },
        };
        FitResult fit = problem.Fit(Vector<double>.Build.Dense(2));
        Interval wald = fit.Intervals()[1], profile = fit.ProfileInterval("b");
        Assert.Equal(wald.Lower, profile.Lower, 2e-3);
        Assert.Equal(wald.Upper, profile.Upper, 2e-3);

        FitResult held = (problem with { Distance = Distance.Laplace }).Fit(Vector<double>.Build.Dense(2));
        Assert.InRange(held.StandardErrors[1], 0.005, 0.0101);
        Assert.InRange(Math.Sqrt(held.SandwichCovariance[1, 1]), 0.0, 0.0101);

        // The density of a Laplace prior does not bend beside its corner: it moves the estimate, and makes it no surer.
        FitResult moved = (problem with
        {
            Priors = new Dictionary<string, Prior> { ["b"] = Prior.Laplace(0.0, 0.5) },
            Distance = Distance.Laplace,
        })
            .Fit(Vector<double>.Build.Dense(2));
        FitResult plain = (moved.Problem with { Priors = new Dictionary<string, Prior>() })
            .Fit(Vector<double>.Build.Dense(2));
        double expected = plain.StandardErrors[1] / plain.Scale * (24.0 - 2.0) / 24.0;
        Assert.Equal(expected, moved.StandardErrors[1] / moved.Scale, 1e-8 * expected);
    }

    [Fact]
    public void Samples_of_weight_0_are_as_good_as_left_out()
    {
        (Matrix<double> x, Vector<double> y) = Samples(80, random => Normal.Sample(random, 0.0, 0.3));
        int[] kept = [.. Enumerable.Range(0, 80).Where(i => i % 2 == 0)];
        Vector<double> mask = Vector<double>.Build.Dense(80, i => i % 2 == 0 ? 1.0 : 0.0);
        Matrix<double> keptX = Matrix<double>.Build.Dense(40, 1, (i, _) => x[kept[i], 0]);
        Vector<double> keptY = Vector<double>.Build.Dense(40, i => y[kept[i]]);
        foreach (Distance distance in new[] { Distance.Squared, Distance.Absolute })
        {
            FitResult masked = (Problem(x, y, distance) with { Weights = mask }).Fit(Vector<double>.Build.Dense(2));
            FitResult without = Problem(keptX, keptY, distance).Fit(Vector<double>.Build.Dense(2));
            Assert.True((masked.StandardErrors - without.StandardErrors).AbsoluteMaximum()
                < 1e-6 * without.StandardErrors.Maximum());
            Vector<double> marked = y.MapIndexed((i, value) => i % 2 == 0 ? value : 1e9);
            FitResult far = (Problem(x, marked, distance) with { Weights = mask }).Fit(Vector<double>.Build.Dense(2));
            Assert.True((far.Parameters - without.Parameters).AbsoluteMaximum() < 1e-5,
                $"{far.Parameters} {without.Parameters}");
            Assert.All(
                masked.Bootstrap(300).StandardErrors.Zip(without.Bootstrap(300).StandardErrors, (a, b) => a / b),
                ratio => Assert.InRange(ratio, 0.8, 1.25));
        }
    }

    [Fact]
    public void Cooks_distance_of_counts_is_how_far_the_fit_moves_without_the_sample()
    {
        var random = new MersenneTwister(5, threadSafe: false);
        Matrix<double> x = Matrix<double>.Build.Dense(20, 1, (i, _) => 0.1 * i);
        Vector<double> y = Vector<double>.Build.Dense(20, i => Poisson.Sample(random, Math.Exp(1.0 + x[i, 0])));
        FitResult fit = Problem(x, y, Distance.Poisson).Fit(Vector<double>.Build.Dense(2));
        Matrix<double> inverse = fit.Covariance.Inverse();
        for (int left = 0; left < 20; left++)
        {
            FitResult without = (Problem(x, y, Distance.Poisson) with
            {
                Weights = Vector<double>.Build.Dense(20, i => i == left ? 0.0 : 1.0),
            })
                .Fit(fit.Parameters);
            Vector<double> moved = without.Parameters - fit.Parameters;
            Assert.InRange(fit.CooksDistance[left], 0.8 * (moved * inverse * moved / 2.0)
                - 1e-4, 1.25 * (moved * inverse * moved / 2.0) + 1e-4);
        }
    }

    [Fact]
    public void Priors_are_no_noise()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(5, 1, (i, _) => i);
        Vector<double> y = Vector<double>.Build.DenseOfArray([0.01, 0.98, 2.02, 2.99, 4.0]);
        FitResult fit = (Problem(x, y, Distance.Squared) with
        {
            Priors = new Dictionary<string, Prior> { ["b"] = Prior.Normal(1.0, 0.01) },
        })
            .Fit(Vector<double>.Build.Dense(2));
        Assert.True(fit.Minimum.Cost < 0.0);
        Assert.All(fit.StandardErrors, error => Assert.InRange(error, 1e-5, 0.1));
    }

    [Fact]
    public void A_linear_parameter_has_a_profile_and_columns_of_small_numbers_do_not_depend_on_each_other()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(30, 1, (i, _) => 0.1 * i);
        Vector<double> y =
            Vector<double>.Build.Dense(30, i => 3.0 * Math.Exp(-0.7 * x[i, 0]) + (i % 2 == 0 ? 0.01 : -0.01));
        Model decay = Model.FromFormula("a*exp(-b*x)", "x");
        var plain = new FitProblem { Model = decay, Inputs = x, Targets = y };
        Interval expected = plain.Fit(Vector<double>.Build.DenseOfArray([2.0, 1.0])).ProfileInterval("a");
        Interval found = (plain with
        {
            Linear = ["a"],
        }).Fit(Vector<double>.Build.DenseOfArray([2.0, 1.0])).ProfileInterval("a");
        Assert.Equal(expected.Lower, found.Lower, 1e-6);
        Assert.Equal(expected.Upper, found.Upper, 1e-6);

        Matrix<double> small = x * 1e-13;
        FitResult tiny = (Problem(small, 2.0 + x.Column(0) * 5.0, Distance.Squared) with
        {
            Linear = ["a", "b"],
        }).Fit(Vector<double>.Build.Dense(2));
        Assert.True(tiny.Minimum.IsConverged);
        Assert.Equal(5e13, tiny.Parameters[1], 1e6);
    }

    [Fact]
    public void A_module_is_at_its_minimum_whatever_is_asked_of_the_fit()
    {
        Assert.True(Compute.HasTensors);
        torch.random.manual_seed(1);
        var module = torch.nn.Linear(1, 1);
        Matrix<double> x = Matrix<double>.Build.Dense(30, 1, (i, _) => 0.1 * i);
        Vector<double> y = Vector<double>.Build.Dense(30, i => 1.0 + 2.0 * x[i, 0] + 0.1 * Math.Sin(13.0 * i));
        FitResult fit = new FitProblem
        {
            Model = Model.Of(module, ["x"]),
            Distance = Distance.Gaussian,
            Inputs = x,
            Targets = y,
        }
            .Fit((Vector<double>?)null);
        float[] Now() => [.. module.parameters().SelectMany(parameter => parameter.flatten().data<float>().ToArray())];
        float[] before = Now();
        FitResult line = Problem(x, y, Distance.Gaussian).Fit(Vector<double>.Build.Dense(2));
        Assert.Equal(line.StandardErrors[0], fit.StandardErrors[1], 0.02 * line.StandardErrors[0]);
        Assert.Equal(line.StandardErrors[1], fit.StandardErrors[0], 0.02 * line.StandardErrors[1]);
        Assert.Equal(before, Now());
        Bootstrap drawn = fit.Bootstrap(6);
        Assert.Equal(6, drawn.Estimates.RowCount);
        Assert.Equal(0, drawn.Failures);
        Assert.Equal(before, Now());
    }

    private static FitProblem Problem(Matrix<double> x, Vector<double> y, Distance distance) =>
        new() { Model = Line, Distance = distance, Inputs = x, Targets = y };

    private static (Matrix<double> X, Vector<double> Y) Samples(int count, Func<Random, double> noise)
    {
        var random = new MersenneTwister(3, threadSafe: false);
        Matrix<double> x = Matrix<double>.Build.Dense(count, 1, (i, _) => 4.0 * i / count);
        return (x, Vector<double>.Build.Dense(count, i => 1.0 + 2.0 * x[i, 0] + noise(random)));
    }
}
