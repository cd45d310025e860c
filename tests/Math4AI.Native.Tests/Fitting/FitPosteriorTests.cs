using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>Priors by name, densities of fits and their gradients, and posteriors that do not exist.</summary>
public sealed class FitPosteriorTests
{
    private static readonly Matrix<double> Inputs = Matrix<double>.Build.Dense(12, 1, (i, _) => 0.5 * i);

    [Theory]
    [InlineData("normal(0.5, 2)", 0.5)]
    [InlineData("laplace(0.5, 2)", 0.5)]
    [InlineData("student_t(3, 0.5, 2)", 0.5)]
    [InlineData("half_normal(2)", 1.349)]
    [InlineData("half_cauchy(2)", 2.0)]
    [InlineData("half_student_t(3, 2)", 1.5298)]
    [InlineData("lognormal(0.7, 0.5)", 2.01375)]
    [InlineData("exponential(0.5)", 1.38629)]
    [InlineData("gamma(3, 2)", 1.33703)]
    [InlineData("inv_gamma(3, 2)", 0.747926)]
    [InlineData("beta(2, 2)", 0.5)]
    [InlineData("Uniform(-1, 3)", 1.0)]
    public void A_prior_by_name_has_half_of_its_mass_below_its_median_and_its_own_slope(string text, double median)
    {
        var prior = Prior.Parse(text);
        double from = Math.Max(prior.Support.Lower, -400.0);
        Assert.Equal(
            0.5, DoubleExponentialTransformation.Integrate(x => Math.Exp(-prior.Expand(x).Value), from, median, 1e-9),
            4e-3);
        foreach (double x in new[] { 0.3, 0.8 })
        {
            const double Step = 1e-6;
            double slope = (prior.Expand(x + Step).Value - prior.Expand(x - Step).Value) / (2.0 * Step);
            Assert.Equal(slope, prior.Expand(x).Slope, 1e-6 * (1.0 + Math.Abs(slope)));
        }

        Assert.True(double.IsPositiveInfinity(prior.Support.Upper)
            || double.IsPositiveInfinity(prior.Expand(prior.Support.Upper + 1.0).Value));
    }

    [Theory]
    [InlineData("gauss(0, 1)", "There is no prior")]
    [InlineData("normal(0)", "normal(mean, deviation)")]
    [InlineData("normal(0, x)", "normal(mean, deviation)")]
    [InlineData("normal(0, -1)", "more than 0")]
    [InlineData("uniform(1, 1)", "uniform(from, to)")]
    public void A_prior_that_cannot_be_read_is_refused_with_its_form(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Prior.Parse(text)).Message);

    [Theory]
    [InlineData("squared")]
    [InlineData("gaussian")]
    [InlineData("student:4")]
    [InlineData("poisson")]
    [InlineData("logistic")]
    public void The_gradient_of_the_log_density_is_that_of_its_differences(string distance)
    {
        FitResult fit = Problem("a + b*x", distance).Fit();
        LogDensity density = FitPosterior.LogDensityOf(fit, new Dictionary<string, Prior>
        {
            ["a"] = Prior.Normal(0.0, 2.0),
            ["b"] = Prior.Parse("student_t(3, 0, 1)"),
        });
        double[] theta = [.. density.Names.Select((_, j) => 0.4 + 0.2 * j)], slopes = new double[theta.Length];
        density.Evaluate(theta, slopes);
        double[] other = new double[theta.Length];
        for (int j = 0; j < theta.Length; j++)
        {
            double[] ahead = [.. theta], behind = [.. theta];
            (ahead[j], behind[j]) = (theta[j] + 1e-6, theta[j] - 1e-6);
            double expected = (density.Evaluate(ahead, other) - density.Evaluate(behind, other)) / 2e-6;
            Assert.Equal(expected, slopes[j], 1e-5 * (1.0 + Math.Abs(expected)));
        }
    }

    [Theory]
    [InlineData("a + b^2*x", true)]
    [InlineData("a*exp(-b*x) + c*exp(-d*x)", true)]
    [InlineData("a + b*x", false)]
    [InlineData("a*exp(-b*x)", false)]
    public void A_peak_that_chains_about_the_mode_do_not_visit_is_named(string formula, bool hasOther)
    {
        const int Count = 60;
        double Law(double x) => formula switch
        {
            "a + b^2*x" => 1.0 + 4.0 * x,
            "a + b*x" => 1.0 + 2.0 * x,
            "a*exp(-b*x)" => 3.0 * Math.Exp(-0.5 * x),
            _ => 3.0 * Math.Exp(-0.2 * x) + 5.0 * Math.Exp(-2.0 * x),
        };
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula(formula, "x"),
            Inputs = Matrix<double>.Build.Dense(Count, 1, (i, _) => 0.1 * i),
            Targets = Vector<double>.Build.Dense(Count, i => Law(0.1 * i) + 0.02 * Math.Sin(17.0 * i)),
        }.Fit();
        IReadOnlyList<string> notes = FitPosterior.Laplace(fit, draws: 200).Notes;
        Assert.Equal(
            hasOther, notes.Any(note => note.StartsWith("The density has another peak", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_normal_mean_with_known_noise_has_the_conjugate_posterior()
    {
        // Prior N(1, 0.5), 12 observations of σ = 2: precision 4 + 3, mean (4 + 3 ȳ)/7.
        FitProblem problem = Problem("a + 0*x", "squared") with
        {
            Sigma = Vector<double>.Build.Dense(12, 2.0),
            IsSigmaAbsolute = true,
        };
        FitPosterior posterior = FitPosterior.Sample(
            problem.Fit(), new Dictionary<string, Prior> { ["a"] = Prior.Normal(1.0, 0.5) });
        ParameterSummary a = Assert.Single(posterior.Draws.Summary());
        Assert.Equal((4.0 + 3.0 * problem.Targets!.Values.Average()) / 7.0, a.Mean, 4.0 * a.MonteCarloError);
        Assert.Equal(1.0, a.StandardDeviation * Math.Sqrt(7.0), 0.05);
        Assert.Empty(posterior.Notes);
    }

    [Fact]
    public void An_improper_posterior_is_refused_with_its_direction()
    {
        // Counts of 0 alone say nothing against a rate however small.
        FitProblem zeros = Problem("a + 0*x", "poisson") with { Targets = Vector<double>.Build.Dense(12) };
        string message = Assert.Throws<InvalidOperationException>(() => FitPosterior.Sample(zeros.Fit())).Message;
        Assert.Contains("improper", message);
        Assert.Contains("as a falls without end", message);
        FitPosterior proper = FitPosterior.Sample(
            zeros.Fit(), new Dictionary<string, Prior> { ["a"] = Prior.Normal(0.0, 2.0) });
        Assert.True(proper.Draws.Summary()[0].Mean < -1.0);

        // Only the product of a and b is known.
        FitResult product = Problem("a*b*x", "squared").Fit(new Dictionary<string, double>
        {
            ["a"] = 1.0,
            ["b"] = 1.0,
        });
        Assert.Contains(
            "improper", Assert.Throws<InvalidOperationException>(() => FitPosterior.Sample(product)).Message);

        // Of a column that is constant, only a + b is known, and both go far together.
        FitProblem line = Problem("a + b*x", "squared");
        FitProblem constant = line with { Inputs = line.Inputs!.Map(_ => 1.0) };
        Assert.Contains(
            "improper", Assert.Throws<InvalidOperationException>(() => FitPosterior.Sample(constant.Fit())).Message);
    }

    [Theory]
    [InlineData(1.1, true)]
    [InlineData(0.3, false)]
    public void A_density_that_becomes_level_far_out_is_refused_or_told_of(double noise, bool isRefused)
    {
        // Beyond t = 0 a decay without end is 0: at 100 deviations of k the density still falls to what that leaves,
        // and stays there.
        double[] t = [.. Enumerable.Range(0, 14).Select(i => 0.2 + 4.8 * i / 13.0)];
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula("5*exp(-k*t)", "t"),
            Inputs = Matrix<double>.Build.DenseOfColumnArrays(t),
            Targets = Vector<double>.Build.Dense(
                [.. t.Select((x, i) => 5.0 * Math.Exp(-0.6 * x) + noise * 0.13 * Math.Sin(17.0 * i))]),
        }.Fit();
        if (isRefused)
        {
            Assert.Contains("as k grows without end", Assert.Throws<InvalidOperationException>(
                () => FitPosterior.Laplace(fit)).Message, StringComparison.Ordinal);
            return;
        }

        Assert.Contains(FitPosterior.Laplace(fit).Notes, note => note.StartsWith(
            "The density does not vanish as k grows without end, but is e^-", StringComparison.Ordinal));
    }

    [Fact]
    public void Bounds_that_leave_nothing_of_a_prior_are_refused_with_both()
    {
        FitResult fit = (Problem("a + b*x", "squared") with
        {
            Bounds = new Dictionary<string, (double Lower, double Upper)> { ["b"] = (4.0, 6.0) },
        }).Fit();
        Assert.Equal(
            "The bounds of 'b', 4 to 6, and its prior, of 0 to 1, have no number in common: change the bounds or the "
            + "prior.",
            Assert.Throws<ArgumentException>(() => FitPosterior.Sample(
                fit, new Dictionary<string, Prior> { ["b"] = Prior.Parse("uniform(0, 1)") })).Message);
    }

    [Fact]
    public void New_counts_have_the_quantiles_of_their_draws()
    {
        // The rate is known, and so are the quantiles of its counts: of 7, 2 and 13.
        FitPosterior posterior = FitPosterior.Sample(Problem("a + b*x", "poisson").Fit(), new Dictionary<string, Prior>
        {
            ["a"] = Prior.Normal(Math.Log(7.0), 1e-4),
            ["b"] = Prior.Normal(0.0, 1e-4),
        });
        Interval band = posterior.Predict(Matrix<double>.Build.Dense(1, 1, 1.0)).Observation[0];
        Assert.Equal((2.0, 13.0), (band.Lower, band.Upper));
        FitPosterior classes = FitPosterior.Sample(Problem("a + b*x", "logistic").Fit());
        Prediction probability = classes.Predict(Matrix<double>.Build.Dense(1, 1, 1.0));
        Assert.Equal(double.NaN, probability.Observation[0].Lower);
        Assert.InRange(probability.Confidence[0].Upper, probability.Confidence[0].Lower, 1.0);
    }

    [Fact]
    public void Derived_quantities_have_a_posterior()
    {
        FitPosterior posterior = FitPosterior.Sample(
            (Problem("a + b*x + c", "squared") with { Fixed = new Dictionary<string, double> { ["c"] = 0.5 } }).Fit());
        IReadOnlyList<ParameterSummary> derived = posterior.Derive("r = a/b; top = a + 10*b + c");
        Assert.Equal(["r", "top"], derived.Select(each => each.Name));
        Assert.Equal(
            posterior.Draws.Summary("top", theta => theta[0] + 10.0 * theta[1] + 0.5).Mean, derived[1].Mean, 1e-10);
        Assert.True(derived[0].Lower < derived[0].Upper);
        Assert.Throws<ArgumentException>(() => posterior.Derive("r = a/d"));
    }

    [Theory]
    [InlineData("a + b*x", 3, true)]
    [InlineData("a + b*x", 4, false)]
    [InlineData("a*exp(-b*x) + c", 3, true)]
    [InlineData("a*exp(-b*x) + c", 4, false)]
    public void Noise_that_too_few_samples_leave_open_is_refused_by_its_name(string formula, int samples, bool isOpen)
    {
        // Of n samples and k linear parameters the density of sigma falls as sigma^(k − n): along a line through the
        // mode the joint density falls all the same.
        FitProblem all = Problem(formula, "squared");
        FitProblem problem = all with
        {
            Inputs = all.Inputs!.SubMatrix(0, samples, 0, 1),
            Targets = Vector<double>.Build.Dense([.. all.Targets!.Values.Take(samples)]),
            Fixed = formula.Contains("exp") ? new Dictionary<string, double> { ["b"] = 0.3 } : [],
        };
        FitResult fit = problem.Fit();
        Exception? found = Record.Exception(() => FitPosterior.Laplace(fit));
        Assert.Equal(isOpen, found is InvalidOperationException);
        if (isOpen)
        {
            Assert.Contains("improper", found!.Message, StringComparison.Ordinal);
            Assert.Contains("'sigma' a prior", found.Message, StringComparison.Ordinal);
            Assert.Null(Record.Exception(() => FitPosterior.Laplace(
                fit, new Dictionary<string, Prior> { ["sigma"] = Prior.Parse("half_cauchy(1)") })));
        }
    }

    [Fact]
    public void A_prior_that_numbers_cannot_hold_beside_the_samples_is_refused()
    {
        // Its density at the fit is e to the power of minus infinity: there were means that are NaN.
        string message = Assert.Throws<InvalidOperationException>(() => FitPosterior.Laplace(
            Problem("a + b*x", "squared").Fit(),
            new Dictionary<string, Prior> { ["b"] = Prior.Normal(0.0, 1e-320) })).Message;
        Assert.Contains("no mode", message, StringComparison.Ordinal);
        Assert.Contains("b = ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_likelihood_or_no_such_parameter_has_no_posterior()
    {
        Assert.Contains("no likelihood", Assert.Throws<ArgumentException>(
            () => FitPosterior.Sample(Problem("a + b*x", "huber").Fit())).Message);
        Assert.Contains("no free parameter", Assert.Throws<ArgumentException>(() => FitPosterior.Sample(
            Problem("a + b*x", "squared").Fit(),
            new Dictionary<string, Prior> { ["c"] = Prior.Normal(0.0, 1.0) })).Message);
        FitPosterior posterior = FitPosterior.Sample(Problem("a + b*x", "squared").Fit());
        Assert.Equal(["a", "b", "sigma"], posterior.Draws.Names);
        Assert.Contains("Without a prior, and so flat on their ranges: a, b, sigma.", posterior.Notes);
    }

    [Fact]
    public void Bands_from_draws_of_a_line_are_those_of_least_squares()
    {
        // With flat priors on a, b and s, a + b x is Student's t with n − 3 degrees of freedom and s² (n − 2)/(n − 3).
        FitResult fit = Problem("a + b*x", "squared").Fit();
        FitPosterior posterior = FitPosterior.Sample(fit);
        Matrix<double> at = Matrix<double>.Build.DenseOfColumnArrays([-1.0, 2.0, 8.0]);
        Prediction drawn = posterior.Predict(at, 0.9), known = fit.Predict(at, 0.9);
        double wider = StudentT.InvCDF(0.0, 1.0, 9.0, 0.95) / StudentT.InvCDF(0.0, 1.0, 10.0, 0.95)
            * Math.Sqrt(10.0 / 9.0);
        for (int i = 0; i < at.RowCount; i++)
        {
            Assert.Equal(known.Mean[i], drawn.Mean[i], 0.02);
            Assert.Equal(wider, Width(drawn.Confidence[i]) / Width(known.Confidence[i]), 0.1);
            Assert.Equal(wider, Width(drawn.Observation[i]) / Width(known.Observation[i]), 0.1);
        }

        static double Width(Interval interval) => interval.Upper - interval.Lower;
    }

    private static FitProblem Problem(string formula, string distance)
    {
        double[] y = distance switch
        {
            "poisson" => [1, 0, 2, 1, 3, 2, 4, 3, 6, 5, 9, 8],
            "logistic" => [0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 1, 1],
            _ => [1.1, 1.4, 1.3, 1.9, 2.2, 1.8, 2.7, 2.9, 2.6, 3.4, 3.2, 3.9],
        };
        return new FitProblem
        {
            Model = Model.FromFormula(formula, "x"),
            Inputs = Inputs,
            Targets = Vector<double>.Build.Dense(y),
            Distance = Distance.Parse(distance),
        };
    }

    [Fact]
    public void Weak_priors_have_the_scales_of_a_line_in_any_units()
    {
        double[] x = [.. Enumerable.Range(0, 30).Select(i => (double)(i - 15))];
        double[] y = [.. x.Select(value => 2.0 * value + Math.Sin(9.0 * value))];
        FitResult Line(double unit) => new FitProblem
        {
            Model = Model.FromFormula("b*x", "x"),
            Inputs = Matrix<double>.Build.DenseOfColumnArrays(x.Select(value => unit * value).ToArray()),
            Targets = Vector<double>.Build.Dense(y),
        }.Fit();
        double deviation = MathNet.Numerics.Statistics.ArrayStatistics.PopulationStandardDeviation(y);
        double scale = Math.Max(2.5 * deviation / Math.Sqrt(x.Average(value => value * value)), 5.0);
        double Scale(string text) => double.Parse(
            text["normal(0, ".Length..^1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(1.0, Scale(WeakPriors.Of(Line(1.0))["b"]) / scale, 0.01);
        Assert.Equal(1.0, Scale(WeakPriors.Of(Line(1000.0))["b"]) / scale * 1000.0, 0.01);
        Assert.Equal(["sigma"], WeakPriors.Of(
            Line(1.0), new Dictionary<string, Prior> { ["b"] = Prior.Normal(0.0, 1.0) }).Keys);
    }

    [Fact]
    public void Weak_priors_hold_a_line_that_divides_two_classes()
    {
        // The most probable slope is infinite, and where the fit ended says nothing about its size.
        double[] x = [.. Enumerable.Range(0, 12).Select(i => i - 5.5)];
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula("a + b*x", "x"),
            Inputs = Matrix<double>.Build.DenseOfColumnArrays(x),
            Targets = Vector<double>.Build.Dense([.. x.Select(value => value > 0.0 ? 1.0 : 0.0)]),
            Distance = Distance.BinaryCrossEntropy,
        }.Fit();
        double unit = 2.5 / Math.Sqrt(x.Average(value => value * value));
        Assert.Equal(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"normal(0, {unit:G3})"),
            WeakPriors.Of(fit)["b"]);
    }
}
