using System.Globalization;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>The derivatives of formulas are right wherever the formula is, however it is written.</summary>
public sealed class FormulaDerivativeTests
{
    // What the library that special functions come from reaches, or what the rounding of x alone leaves; all others are
    // right to 4e-15.
    private static readonly Dictionary<string, double> Digits = new()
    {
        ["normcdf"] = 2e-13,
        ["airyai"] = 2e-13,
        ["airybi"] = 2e-13,
        ["gamma"] = 2e-13,
        ["lgamma"] = 2e-14,
        ["beta"] = 1e-12,
    };

    public static TheoryData<string> Functions => [.. Grid().Select(row => row[0]).Distinct()];

    [Theory]
    [MemberData(nameof(Functions))]
    public void Every_function_and_its_derivative_agree_with_arithmetic_of_40_digits(string function)
    {
        string[][] rows = [.. Grid().Where(row => row[0] == function)];
        bool isOfTwo = rows[0][2].Length > 0;
        Model model =
            Model.FromFormula(!isOfTwo ? $"{function}(a)" : function == "jn" ? "jn(n, a)" : $"{function}(a, b)", isOfTwo
                && function == "jn" ? ["n"] : []);
        double largest = 0.0;
        string where = string.Empty;
        foreach (string[] row in rows)
        {
            double[] at = [.. row.Skip(1).Take(2).Where(cell => cell.Length > 0).Select(Number)];
            double[] expected = [.. row.Skip(3).Where(cell => cell.Length > 0).Select(Number)];
            double[] found = Derive(model, at);
            if (function == "jn")
            {
                expected = [expected[0], expected[2]];
            }

            if (!double.IsFinite(expected[0]))
            {
                continue;
            }

            for (int i = 0; i < expected.Length; i++)
            {
                double error = Error(function, at, found[i], expected[i]);
                if (error > largest || double.IsNaN(error))
                {
                    (largest, where) = (error, $"{string.Join(", ", row)}: {(i == 0 ? "value" : "derivative")} "
                        + $"{found[i]:R}, not {expected[i]:R}");
                }

                Assert.False(double.IsNaN(error), where);
            }
        }

        Assert.True(largest <= Digits.GetValueOrDefault(function, 4e-15), $"{largest:G2} {where}");
    }

    [Theory]
    [InlineData("A*exp(-(x/tau)^b)")]
    [InlineData("A*exp(-exp(b*(log(x) - log(tau))))")]
    [InlineData("A*exp(-exp(b*log(x/tau)))")]
    [InlineData("A/exp((x/tau)^b)")]
    [InlineData("A*0.5^((x/tau)^b/log(2))")]
    public void A_stretched_exponential_at_zero_is_its_amplitude_however_it_is_written(string formula) =>
        RequireGradient(formula, [1.3, 2.0, 0.6], ["A", "tau", "b"], [1.0, 0.0, 0.0]);

    [Theory]
    [InlineData("c + (d - c)/(1 + (x/k)^b)")]
    [InlineData("c + (d - c)/(1 + exp(b*(log(x) - log(k))))")]
    [InlineData("c + (d - c)*(1 - 1/(1 + (x/k)^-b))")]
    [InlineData("d - (d - c)*x^b/(k^b + x^b)")]
    [InlineData("c + (d - c)*(1 - tanh(b/2*log(x/k)))/2")]
    [InlineData("c + (d - c)*sigmoid(-b*log(x/k))")]
    [InlineData("if(x > 0, c + (d - c)/(1 + exp(b*log(x/k))), d)")]
    public void A_Hill_curve_at_dose_zero_is_its_top_however_it_is_written(string formula) =>
        RequireGradient(formula, [3.0, 90.0, 1.7, 0.7], ["c", "d", "k", "b"], [0.0, 1.0, 0.0, 0.0]);

    [Theory]
    [InlineData("a*sqrt(D*x)")]
    [InlineData("a*(D*x)^0.5")]
    [InlineData("a*exp(0.5*log(D*x))")]
    [InlineData("a*x^D")]
    [InlineData("a*x^D/(1 + x^D)")]
    [InlineData("a*cbrt(D*x)")]
    [InlineData("a*exp(-D/x)")]
    [InlineData("if(x == 0, 0, a*x^D*log(x))")]
    [InlineData("a*normcdf(log(x), 0, D)")]
    [InlineData("a*(atan(D*log(x)) + pi/2)")]
    [InlineData("a*erfc(-log(x)/D)")]
    public void A_law_that_begins_at_zero_has_no_derivatives_there(string formula) =>
        RequireGradient(formula, [1.1, 0.4], ["a", "D"], [0.0, 0.0]);

    [Theory]
    [InlineData("exp(log(a))", 0.0, 1.0)]
    [InlineData("exp(2*log(a))", 0.0, 0.0)]
    [InlineData("cos(sqrt(a))", 0.0, -0.5)]
    [InlineData("cos(sqrt(a - 1))", 1.0, -0.5)]
    [InlineData("exp(log(a - 1))", 1.0, 1.0)]
    [InlineData("sqrt(a^2)", 0.0, 0.0)]
    [InlineData("sqrt(a^4)", 0.0, 0.0)]
    [InlineData("tanh(log(a))", 0.0, 0.0)]
    [InlineData("exp(-1/a^2)", 0.0, 0.0)]
    [InlineData("exp(-a^3)", 1e200, 0.0)]
    [InlineData("exp(-a^3.5)", 1e200, 0.0)]
    [InlineData("a^0", 0.0, 0.0)]
    [InlineData("a^1", 0.0, 1.0)]
    [InlineData("abs(a)", 0.0, 0.0)]
    public void Where_a_slope_is_infinite_its_limit_is_taken(string formula, double at, double expected) =>
        Assert.Equal(expected, Derive(Model.FromFormula(formula), [at])[1], 1e-9);

    [Theory]
    [InlineData("sqrt(a)", 0.0)]
    [InlineData("exp(0.5*log(a))", 0.0)]
    [InlineData("atan(log(a))", 0.0)]
    [InlineData("(a^2)^0.25", 0.0)]
    [InlineData("sqrt(a - 1)", 1.0)]
    [InlineData("asin(a)", 1.0)]
    [InlineData("0^a", 0.0)]
    public void A_derivative_that_is_infinite_is_not_made_finite(string formula, double at) =>
        Assert.False(double.IsFinite(Derive(Model.FromFormula(formula), [at])[1]), formula);

    [Fact]
    public void Rows_that_need_no_limit_keep_their_bits_beside_one_that_does()
    {
        Model model = Model.FromFormula("A*exp(-(x/tau)^b)", "x");
        Matrix<double> all = Matrix<double>.Build.Dense(1000, 1, (i, _) => i % 7 == 3 ? 0.0 : 0.01 * i + 0.1);
        Vector<double> theta = Vector<double>.Build.Dense([1.3, 2.0, 0.6]);
        Matrix<double> jacobian = model.Jacobian(all, theta);
        for (int i = 0; i < all.RowCount; i++)
        {
            double x = all[i, 0], power = Math.Pow(x / 2.0, 0.6), decay = Math.Exp(-power);
            Assert.Equal(decay, jacobian[i, 0], 1e-15);
            Assert.Equal(x == 0.0 ? 0.0 : 1.3 * decay * power * 0.6 / 2.0, jacobian[i, 1], 1e-14);
            Assert.Equal(x == 0.0 ? 0.0 : -1.3 * decay * power * Math.Log(x / 2.0), jacobian[i, 2], 1e-14);
        }
    }

    [Theory]
    [InlineData("A*sqrt(k - x)", 2.0, 2.0, "derivative of sqrt(k - x) by k")]
    [InlineData("A + k*log(x)", 1.0, 0.0, "value of log(x)")]
    [InlineData("A*exp(k*x)", 800.0, 1.0, "value of exp(k*x)")]
    public void What_is_not_finite_is_named(string formula, double k, double x, string expected)
    {
        Model model = Model.FromFormula(formula, "x");
        string? text = model.ExplainNonFinite(
            Matrix<double>.Build.DenseOfColumnArrays([0.5, x]), Vector<double>.Build.Dense([1.0, k]));
        if (!(formula == "A*exp(k*x)"))
        {
            Assert.Equal($"In row 2 (x = {x}), the {expected} is not finite.", text);
        }

        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Null(
            model.ExplainNonFinite(Matrix<double>.Build.Dense(1, 1, 0.1), Vector<double>.Build.Dense([1.0, 0.5])));
    }

    private static void RequireGradient(string formula, double[] theta, string[] names, double[] expected)
    {
        Model model = Model.FromFormula(formula, "x");
        Vector<double> order =
            Vector<double>.Build.Dense([.. model.ParameterNames.Select(name => theta[Array.IndexOf(names, name)])]);
        Matrix<double> x = Matrix<double>.Build.Dense(1, 1);
        Assert.True(double.IsFinite(model.Evaluate(x, order)[0]));
        Vector<double> found = model.Jacobian(x, order).Row(0);
        for (int j = 0; j < found.Count; j++)
        {
            Assert.Equal(expected[Array.IndexOf(names, model.ParameterNames[j])], found[j], 1e-14);
        }
    }

    /// <summary>The value and its derivatives.</summary>
    private static double[] Derive(Model model, double[] at)
    {
        int inputs = model.InputNames.Count;
        Matrix<double> x = Matrix<double>.Build.Dense(1, inputs, (_, j) => at[j]);
        Vector<double> theta = Vector<double>.Build.Dense([.. at.Skip(inputs)]);
        return [model.Evaluate(x, theta)[0], .. model.Jacobian(x, theta).Row(0)];
    }

    /// <summary>
    /// The error relative to what is right; of functions with zeros in between to their size beside them.
    /// </summary>
    private static double Error(string function, double[] at, double found, double expected)
    {
        double x = Math.Abs(at[^1]);
        double amplitude = function is "j0" or "j1" or "y0" or "y1" or "jn" && x > 1.0 ? Math.Sqrt(2.0 / (Math.PI * x))
            : function is "airyai" or "airybi" && at[0] < -1.0 ? Math.Pow(x, 0.25)
            : function is "lgamma" or "digamma" ? 1.0
            : 0.0;
        const double SmallestNormal = 2.2250738585072014e-308;
        return found == expected || Math.Abs(found - expected) <= SmallestNormal
            || (double.IsInfinity(expected) && Math.Abs(found) > 1.7e308) ? 0.0
            : Math.Abs(found - expected) / Math.Max(Math.Abs(expected), amplitude);
    }

    private static IEnumerable<string[]> Grid() =>
        File.ReadLines(
            Path.Combine(Repository.Root, "tests", "Math4AI.Native.Tests", "Fitting", "FormulaDerivatives.csv"))
            .Skip(1).Select(line => line.Split(','));

    private static double Number(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
