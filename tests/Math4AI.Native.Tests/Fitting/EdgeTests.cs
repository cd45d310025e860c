using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>Rates and probabilities that are the model itself, and end at 0 or 1.</summary>
public sealed class EdgeTests
{
    private static readonly double[] Groups = [0, 0, 0, 1, 1, 1];

    [Theory]
    [InlineData("if(x == 0, a, b)", 4.0)]
    [InlineData("a + b*x", 4.0)]
    [InlineData("a*if(x == 0, 1, 2) + b*x", 4.0)]
    public void A_group_without_counts_has_the_rate_0_and_the_exact_limit_of_three_over_n(string formula, double rate)
    {
        FitProblem problem = Problem(formula, Groups, [0, 0, 0, 3, 5, 4], "poisson:identity");
        foreach (FitResult fit in new[]
        {
            problem.Fit(),
            problem.Fit(new Dictionary<string, double> { ["a"] = 0.0, ["b"] = 2.0 }),
            problem.Fit(new Dictionary<string, double> { ["a"] = 5.0, ["b"] = 0.5 }),
        })
        {
            Assert.True(fit.IsConverged, $"{fit}");
            Assert.Equal(0.0, fit["a"].Value);
            Assert.Equal(rate, fit["b"].Value, 1e-6);
            Assert.True(fit["a"].IsOnBound);
            Assert.Equal(Math.Sqrt(rate / 3.0), fit["b"].StandardError, 1e-6);
            Assert.Contains(fit.Warnings, warning => warning.Contains("edge", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_interval_of_a_rate_of_0_ends_where_no_count_has_the_probability_of_the_level()
    {
        FitResult fit = Problem("if(x == 0, a, b)", Groups, [0, 0, 0, 3, 5, 4], "poisson:identity").Fit();
        foreach (Interval interval in new[] { fit["a"].Interval(), fit["a"].ProfileInterval() })
        {
            Assert.Equal(0.0, interval.Lower);
            Assert.Equal(-Math.Log(0.05) / 3.0, interval.Upper, 1e-5);
        }
    }

    [Fact]
    public void Probabilities_of_0_and_1_have_one_sided_intervals()
    {
        FitResult fit = Problem(
            "if(x == 0, p, if(x == 1, q, r))", [0, 0, 0, 1, 1, 1, 2, 2], [0, 0, 0, 0, 1, 1, 1, 1],
            "logistic:identity").Fit();
        Assert.True(fit.IsConverged, $"{fit}");
        Assert.Equal((0.0, 1.0), (fit["p"].Value, fit["r"].Value));
        Assert.Equal(2.0 / 3.0, fit["q"].Value, 1e-6);
        Assert.Equal(1.0 - Math.Pow(0.05, 1.0 / 3.0), fit["p"].Interval().Upper, 1e-5);
        Assert.Equal(Math.Sqrt(0.05), fit["r"].Interval().Lower, 1e-5);
    }

    [Fact]
    public void A_line_of_rates_that_touches_0_inside_has_errors_along_the_edge()
    {
        // Nothing at x = 2; the line a + b x ends at a + 2b = 0, and along it Σ (1 − x/2)(1 − y/μ) = 0.
        FitResult fit = Problem("a + b*x", [0, 0, 1, 1, 2, 2], [9, 11, 2, 1, 0, 0], "poisson:identity").Fit();
        Assert.True(fit.IsConverged, $"{fit}");
        Assert.Equal(0.0, fit["a"].Value + 2.0 * fit["b"].Value, 1e-8);
        Assert.Equal(23.0 / 3.0, fit["a"].Value, 1e-6);
        Assert.Equal(Math.Sqrt(23.0) / 3.0, fit["a"].StandardError, 1e-4);
    }

    [Fact]
    public void A_decay_whose_tail_has_no_counts_is_inside()
    {
        double[] t = [.. Enumerable.Range(0, 30).Select(i => (double)i)];
        FitResult fit = Problem(
            "a*exp(-k*x)", t, [.. t.Select(each => Math.Round(40.0 * Math.Exp(-0.8 * each)))],
            "poisson:identity").Fit();
        Assert.True(fit.IsConverged, $"{fit}");
        Assert.Empty(fit.OnBounds);
        Assert.Equal(0.8, fit["k"].Value, 0.02);
    }

    private static FitProblem Problem(string formula, double[] x, double[] y, string distance) => new()
    {
        Model = Model.FromFormula(formula, "x"),
        Inputs = Matrix<double>.Build.DenseOfColumnArrays(x),
        Targets = Vector<double>.Build.Dense(y),
        Distance = Distance.Parse(distance),
    };
}
