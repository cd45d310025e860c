using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

public class FormulaTests
{
    private static double Value(string formula, double x, double a = 2.0) =>
        Model.FromFormula($"{formula} + 0*a", "x")
            .Evaluate(Matrix<double>.Build.Dense(1, 1, x), Vector<double>.Build.Dense(1, a))[0];

    [Theory]
    [InlineData("-x^2", 3.0, -9.0)]
    [InlineData("2^-x", 1.0, 0.5)]
    [InlineData("2^3^2", 0.0, 512.0)]
    [InlineData("x**2**x", 2.0, 16.0)]
    [InlineData("-2*-x", 3.0, 6.0)]
    [InlineData("8/4/2", 0.0, 1.0)]
    [InlineData("7-4-2", 0.0, 1.0)]
    [InlineData("1+2*x^2", 3.0, 19.0)]
    [InlineData("(1+x)*[2-x]", 5.0, -18.0)]
    [InlineData("1e-3*x", 2.0, 2e-3)]
    [InlineData("2.5E+2+x", 1.0, 251.0)]
    [InlineData("max(x, 3) - min(x, 3)", 5.0, 2.0)]
    [InlineData("pow(x, 0.5)", 9.0, 3.0)]
    [InlineData("cos(pi) + log(e)", 0.0, 0.0)]
    [InlineData("--x", 4.0, 4.0)]
    [InlineData("x^3 - x*x*x + x^4 - (x^2)^2", 1.7, 0.0)]
    [InlineData("2×x·3 − x² + x⁻¹", 2.0, 8.5)]
    [InlineData("cos(π) + cos(Pi)", 0.0, -2.0)]
    [InlineData("x < 2", 1.0, 1.0)]
    [InlineData("x ≤ 2 && x >= 1 || 0", 1.0, 1.0)]
    [InlineData("x != 2 && x + 1 == 2", 1.0, 1.0)]
    [InlineData("1 + x > 2*x && 0 || x == 3", 3.0, 1.0)]
    [InlineData("if(x < 0, log(x), x^2)", 3.0, 9.0)]
    [InlineData("if(x > 3, 1, if(x > 2, 2, 3))", 2.5, 2.0)]
    [InlineData("log(x, 2) + log(100, 10)", 8.0, 5.0)]
    [InlineData("mod(-x, 3) + mod(x, -3)", 4.0, 0.0)]
    [InlineData("step(x) + step(-1) + sign(-x) + floor(-0.5) + ceil(0.2) + round(1.6)", 2.0, 2.0)]
    [InlineData("normcdf(x, 2, 3) + normpdf(2, x, 1)*sqrt(2*pi)", 2.0, 1.5)]
    [InlineData("gamma(x)/24 + lgamma(1) + beta(1, x)", 5.0, 1.2)]
    [InlineData("atan2(x, x) + hypot(3*x, 4*x)", 1.0, 5.785398163397448)]
    [InlineData("sinc(0) + sinc(x)", 1.0, 1.0)]
    [InlineData("jn(0, x) - j0(x) + jn(-1, x) + j1(x)", 2.5, 0.0)]
    public void A_formula_follows_the_usual_precedence(string formula, double x, double expected) =>
        Assert.Equal(expected, Value(formula, x), 1e-14);

    [Theory]
    [InlineData("a*(x", 5)]
    [InlineData("a*x)", 4)]
    [InlineData("a x", 3)]
    [InlineData("a*", 3)]
    [InlineData("a*foo(x)", 3)]
    [InlineData("a*#", 3)]
    [InlineData("a*1.2.3", 3)]
    [InlineData("pow(a)", 6)]
    [InlineData("", 1)]
    [InlineData("a*exp -x", 3)]
    [InlineData("sin*x", 1)]
    [InlineData("y = a*x", 3)]
    [InlineData("0 < x < 1", 7)]
    [InlineData("if(x, 1)", 8)]
    [InlineData("erf(x, 1)", 9)]
    [InlineData("a*(x < )", 8)]
    public void An_error_points_at_its_character(string formula, int character)
    {
        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse(formula));
        Assert.Equal(character, error.Position + 1);
        Assert.Contains($"At character {character}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_formula_nested_without_end_is_refused() =>
        Assert.Throws<FormulaException>(() => Formula.Parse(new string('(', 100_000)));

    [Theory]
    [InlineData("a*exp(-b*x)/(1+c*x^2) - log(b + x)*sqrt(c)")]
    [InlineData("sin(a*x)*cos(b*x) + tan(c*x/9) - atan(b*x)")]
    [InlineData("sinh(a*x/3) - cosh(b*x/4) + tanh(c*x)")]
    [InlineData("(x+1)^a - b^x + c^3 - x^2*a^4 + c^-2")]
    [InlineData("erf(a*x) + sigmoid(b - x) + abs(c - x) + log10(b*x) + log2(c)")]
    [InlineData("asin(x/9*a) - acos(x/9*b) + ln(c) + max(a*x, b) - min(b*x, c)")]
    public void Derivatives_of_a_formula_equal_those_of_the_same_tensor_model(string formula)
    {
        Matrix<double> x = Matrix<double>.Build.Dense(700, 1, (i, _) => 0.1 + 3.0 * i / 700);
        Vector<double> theta = Vector<double>.Build.Dense([1.3, 0.7, 2.1]);
        string[] names = ["a", "b", "c"];
        Model compiled = Model.FromFormula(formula, "x");
        Formula parsed = Formula.Parse(formula);
        Model tensors = Model.Of(["x"], names, (columns, parameters) => parsed.Evaluate(name =>
            name == "x" ? columns[0] : parameters[name]));

        Vector<double> order = Vector<double>.Build.Dense(
            compiled.ParameterNames.Count, i => theta[Array.IndexOf(names, compiled.ParameterNames[i])]);
        Vector<double> expected = tensors.Evaluate(x, theta);
        Assert.True((compiled.Evaluate(x, order) - expected).AbsoluteMaximum() < 1e-12 * expected.AbsoluteMaximum());
        Matrix<double> jacobian = tensors.Jacobian(x, theta);
        Matrix<double> found = compiled.Jacobian(x, order);
        for (int j = 0; j < names.Length; j++)
        {
            Vector<double> column = jacobian.Column(j);
            int at = compiled.ParameterNames.ToList().IndexOf(names[j]);
            Assert.True((found.Column(at) - column).AbsoluteMaximum() <= 1e-11 * column.AbsoluteMaximum(), names[j]);
        }
    }

    [Theory]
    [InlineData("a*exp(-x)", "write exp(…), or `exp`", "a*exp -x")]
    [InlineData("y ~ a*x", "write ~ between response and model", "y = a*x")]
    [InlineData("`y 2` ~ a*x", "backquotes, `like this`", "y 2 ~ a*x")]
    [InlineData("y ~ a*exp(-`my x`)", "backquotes, `like this`", "y ~ a*exp(-my x)")]
    [InlineData("0 < x && x < a", "write 0 < x && x < 1", "0 < x < a")]
    public void A_slip_is_told_from_a_name_with_what_would_be_right(string right, string advice, string wrong)
    {
        Formula.Parse(right);
        Assert.Contains(
            advice, Assert.Throws<FormulaException>(() => Formula.Parse(wrong)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_functions_that_are_good_names_of_parameters_stay_such()
    {
        Formula formula = Formula.Parse("y ~ y0 + gamma*x + beta*gamma(k0) + `exp`*e + step*π");
        Assert.Equal(["y0", "gamma", "beta", "k0", "exp", "step"], formula.ParametersBeside(["x", "y"]));
        Assert.Equal(["e", "π"], formula.ConstantsBeside(["x", "y"]));
        Assert.Equal("columns: y, x; parameters: y0, gamma, beta, k0, exp, step; constants: e, π",
            formula.DescribeNames(["x", "y"]));
    }

    [Fact]
    public void A_formula_without_parameters_cannot_be_fitted() =>
        Assert.Throws<ArgumentException>(() => Model.FromFormula("x + pi", "x"));
}
