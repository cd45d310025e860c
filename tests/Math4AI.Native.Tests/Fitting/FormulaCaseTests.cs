using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>Laws that begin at zero, fitted to data that have a zero in them.</summary>
public sealed class FormulaCaseTests
{
    [Theory]
    [InlineData("A*exp(-(x/tau)^b)")]
    [InlineData("A*exp(-exp(b*log(x/tau)))")]
    public void A_stretched_exponential_is_found_from_data_that_begin_at_zero(string formula) =>
        RequireFit(formula, x => 2.0 * Math.Exp(-Math.Pow(x / 1.5, 0.6)), ["A", "tau", "b"], [1.0, 1.0, 1.0],
            [2.0, 1.5, 0.6]);

    [Theory]
    [InlineData("c + (d - c)/(1 + (x/k)^h)")]
    [InlineData("c + (d - c)/(1 + exp(h*(log(x) - log(k))))")]
    public void A_Hill_curve_is_found_from_data_with_a_zero_dose(string formula) =>
        RequireFit(
            formula, x => 90.0 - 85.0 / (1.0 + Math.Pow(x / 1.7, 0.7)), ["c", "d", "k", "h"], [80.0, 10.0, 1.0, 1.0],
            [90.0, 5.0, 1.7, 0.7]);

    [Theory]
    [InlineData("0.4*sqrt(D*x)")]
    [InlineData("0.4*(D*x)^0.5")]
    public void A_law_of_the_square_root_is_found_from_data_that_begin_at_zero(string formula) =>
        RequireFit(formula, x => 0.4 * Math.Sqrt(2.2 * x), ["D"], [1.0], [2.2]);

    [Fact]
    public void A_kink_is_found_by_a_condition() =>
        RequireFit(
            "if(x < 1.3, a + b*x, a + b*1.3 + c*(x - 1.3))",
            x => x < 1.3 ? 1.0 + 2.0 * x : 1.0 + 2.6 - 0.5 * (x - 1.3),
            ["a", "b", "c"],
            [0.0, 0.0, 0.0],
            [1.0, 2.0, -0.5]);

    [Theory]
    [InlineData("kww.csv", "y ~ A*exp(-(t/tau)^b)", "A=1 tau=1 b=1", "A=1.99828 tau=1.51352 b=0.600629")]
    [InlineData("hill07.csv", "y ~ top+(b-top)/(1+(dose/ec50)^h)", "top=80 b=1 ec50=1 h=1", "top=93.2285 b=3.0402 "
        + "ec50=1.7105 h=0.70390")]
    [InlineData("dose.csv", "resp ~ c+(d-c)/(1+exp(b*(log(dose)-le)))", "b=1 c=0 d=100 le=0", "b=1.30701 c=5.58344 "
        + "d=99.3313 le=-1.54826")]
    [InlineData("diff.csv", "m ~ 0.4*sqrt(D*t)", "D=1", "D=2.19788")]
    public void The_case_gives_its_value(string file, string text, string start, string expected)
    {
        string path = Repository.Cases("fit", file);
        Formula formula = Formula.Parse(text);
        string[] lines = File.ReadAllLines(path);
        string[] names = lines[0].Split(',');
        double[][] columns =
            [.. names.Select((_, j) => lines.Skip(1)
                .Select(line => double.Parse(line.Split(',')[j], CultureInfo.InvariantCulture)).ToArray())];
        var table = names.Select((name, j) => (name, columns[j])).ToDictionary(
            pair => pair.name, pair => Vector<double>.Build.Dense(pair.Item2));
        IReadOnlyList<string> inputs = formula.InputsAmong(names);
        var problem = new FitProblem
        {
            Model = Model.FromFormula(formula, inputs),
            Inputs = Matrix<double>.Build.DenseOfColumns(inputs.Select(name => table[name])),
            Targets = formula.Respond(names, table),
        };
        FitResult fit = problem.Fit(Pairs(start));
        foreach ((string name, double value) in Pairs(expected))
        {
            // The published figures have five digits or more.
            Assert.Equal(value, Parameter(fit, name), 3e-5 * Math.Abs(value));
        }

        // Without a start the same minimum, perhaps by its mirror image: top and bottom exchanged, and the sign of the
        // slope.
        Assert.Equal(fit.ResidualSumOfSquares, problem.Fit().ResidualSumOfSquares, 1e-8 * fit.ResidualSumOfSquares);
    }

    [Fact]
    public void A_formula_of_twenty_thousand_terms_is_read_and_derived_in_time_linear_in_its_length()
    {
        string text = string.Join(" + ", Enumerable.Range(0, 20_000).Select(i => $"a*{i % 10}*x^{i % 4}"));
        Model model = Model.FromFormula(text, "x");
        Matrix<double> x = Matrix<double>.Build.Dense(3, 1, (i, _) => i);
        Vector<double> theta = Vector<double>.Build.Dense(1, 0.5);
        double[] sums = [.. Enumerable.Range(0, 3).Select(
            at => Enumerable.Range(0, 20_000).Sum(i => i % 10 * Math.Pow(at, i % 4)))];
        Assert.Equal(sums, model.Jacobian(x, theta).Column(0).ToArray());
        Assert.Equal(sums.Select(sum => 0.5 * sum), model.Evaluate(x, theta).ToArray());
    }

    [Fact]
    public void The_flat_formula_of_two_thousand_terms_is_read()
    {
        Formula formula = Formula.Parse(File.ReadAllText(Repository.Cases("files", "formula-flat2000.txt")).Trim());
        Assert.NotEmpty(formula.ParametersBeside(["x", "y"]));
    }

    private static void RequireFit(
        string formula, Func<double, double> law, string[] names, double[] start, double[] expected)
    {
        Matrix<double> x = Matrix<double>.Build.Dense(30, 1, (i, _) => 0.25 * i);
        var problem = new FitProblem
        {
            Model = Model.FromFormula(formula, "x"),
            Inputs = x,
            Targets = x.Column(0).Map(law, Zeros.Include),
        };
        FitResult fit = problem.Fit(names.Zip(start).ToDictionary(pair => pair.First, pair => pair.Second));
        Assert.True(fit.Minimum.IsConverged, $"{fit.Minimum}");
        for (int j = 0; j < names.Length; j++)
        {
            Assert.Equal(expected[j], Parameter(fit, names[j]), 1e-9 * Math.Abs(expected[j]));
        }
    }

    private static double Parameter(FitResult fit, string name) =>
        fit.Parameters[fit.Problem.Model.ParameterNames.ToList().IndexOf(name)];

    private static Dictionary<string, double> Pairs(string text) =>
        text.Split(' ').Select(pair => pair.Split('=')).ToDictionary(
            pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture));
}
