using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>Fits without a start.</summary>
public sealed class StartTests
{
    [Fact]
    public void The_least_minimum_of_sixty_published_problems_is_found_without_a_start() =>
        RequireSolved(StartProblem.Tuned(Repository.Data(), Repository.Cases()), 60);

    [Fact]
    public void The_least_minimum_of_thirty_further_shapes_is_found_without_a_start() =>
        RequireSolved(StartProblem.HeldBack(), 30);

    [Fact]
    public void A_scale_of_the_data_by_powers_of_ten_scales_the_parameters()
    {
        FitProblem plain = Decay(1.0, 1.0), scaled = Decay(1e9, 1e-12);
        FitResult one = plain.Fit(), other = scaled.Fit();
        Assert.True(one.IsConverged && other.IsConverged, $"{one}\n{other}");
        Assert.Equal(one["a"].Value, 1e12 * other["a"].Value, 1e-7);
        Assert.Equal(one["tau"].Value, 1e-9 * other["tau"].Value, 1e-7);
        Assert.Equal(one["a"].StandardError, 1e12 * other["a"].StandardError, 1e-7);
    }

    [Theory]
    [InlineData("A*sin(2*pi*f*t+p)+c", "f", 1.37)]
    [InlineData("A*cos(w*t-p)+c", "w", 2.0 * Math.PI * 1.37)]
    [InlineData("A*sin(2*pi*t/T+p)+c", "T", 1.0 / 1.37)]
    public void A_sinusoid_has_a_positive_amplitude_and_frequency_and_its_alias_is_named(
        string formula, string name, double expected)
    {
        FitResult fit = Wave(formula).Fit();
        Assert.True(fit.IsConverged, $"{fit}");
        Assert.Equal(expected, fit[name].Value, 1e-9);
        Assert.Equal(2.5, fit["A"].Value, 1e-9);
        Assert.InRange(fit["p"].Value, -Math.PI, Math.PI);
        string warning = Assert.Single(fit.Warnings);
        Assert.Contains("evenly spaced", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_start_at_an_alias_keeps_it_and_names_the_frequency_below_the_limit()
    {
        FitResult fit = Wave("A*sin(2*pi*f*t+p)+c")
            .Fit(new Dictionary<string, double> { ["A"] = 2, ["f"] = 21.371, ["p"] = 1, ["c"] = 1 });
        Assert.Equal(21.37, fit["f"].Value, 1e-9);
        Assert.Contains("f = 1.37 explains", Assert.Single(fit.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fit_that_explains_nothing_says_so()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(40, 1, (i, _) => i);
        var problem = new FitProblem
        {
            Model = Model.FromFormula("a + b*x", "x"),
            Inputs = x,
            Targets = x.Column(0).Map(at => Math.Abs(at - 19.5), Zeros.Include),
        };
        Assert.Contains(problem.Fit().Warnings, warning =>
            warning.Contains("no better than a constant", StringComparison.Ordinal));

        // A column's name that is written wrong is a parameter.
        FitProblem constant = problem with
        {
            Model = Model.FromFormula("a*exp(-b*z)", []),
            Inputs = Matrix<double>.Build.Dense(40, 0),
        };
        Assert.Contains(constant.Fit().Warnings, warning =>
            warning.StartsWith("No column is in the formula, which is a constant: a, b, z", StringComparison.Ordinal));
    }

    [Fact]
    public void A_start_for_another_parameter_is_told_first()
    {
        Action wrong = () => DecayData.Simulate(1).Fit(new Dictionary<string, double> { ["rate"] = 1.0 });
        Assert.StartsWith(
            "'rate' in the start is no parameter of the model", Assert.Throws<ArgumentException>(wrong).Message,
            StringComparison.Ordinal);
    }

    private static void RequireSolved(IReadOnlyList<StartProblem> problems, int count)
    {
        Assert.Equal(count, problems.Count);
        string[] missed = [.. problems.Where(problem => !problem.IsSolvedBy(problem.Problem.Fit()))
            .Select(problem => problem.Name)];
        Assert.Empty(missed);
    }

    private static FitProblem Decay(double unitOfX, double unitOfY)
    {
        Matrix<double> x = Matrix<double>.Build.Dense(60, 1, (i, _) => unitOfX * 0.2 * i);
        return new FitProblem
        {
            Model = Model.FromFormula("a*exp(-x/tau)+c", "x"),
            Inputs = x,
            Targets = x.Column(0).MapIndexed(
                (i, at) => unitOfY * (3.0 * Math.Exp(-at / unitOfX / 4.0) + 0.5 + 0.01 * Math.Sin(17.0 * i)),
                    Zeros.Include),
        };
    }

    private static FitProblem Wave(string formula)
    {
        Matrix<double> t = Matrix<double>.Build.Dense(201, 1, (i, _) => 0.05 * i);
        return new FitProblem
        {
            Model = Model.FromFormula(formula, "t"),
            Inputs = t,
            Targets = t.Column(0).Map(at => 2.5 * Math.Sin(2.0 * Math.PI * 1.37 * at + 2.2) + 1.0, Zeros.Include),
        };
    }

    [Theory]
    [InlineData("a + b*erf((x - c)/d)")]
    [InlineData("a + b*tanh((x - c)/d)")]
    [InlineData("a + b*atan((x - c)/d)")]
    public void A_step_has_positive_height_and_width_from_negative_starts_too(string formula)
    {
        Matrix<double> x = Matrix<double>.Build.Dense(40, 1, (i, _) => 0.25 * i);
        Model model = Model.FromFormula(formula, "x");
        var problem = new FitProblem
        {
            Model = model,
            Inputs = x,
            Targets = model.Evaluate(x, Vector<double>.Build.Dense([1.0, 2.0, 4.0, 0.9])),
        };
        FitResult fit = problem.Fit(new Dictionary<string, double>
        {
            ["a"] = 1.0,
            ["b"] = -1.5,
            ["c"] = 4.2,
            ["d"] = -1.0,
        });
        Assert.Equal(2.0, fit["b"].Value, 1e-6);
        Assert.Equal(0.9, fit["d"].Value, 1e-6);
    }
}
