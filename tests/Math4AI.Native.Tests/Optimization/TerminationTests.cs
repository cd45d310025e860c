using Math4AI.Optimization;
using Math4AI.Optimization.LeastSquares;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Optimization;

/// <summary>How a run ends is said rightly, and in sentences.</summary>
public sealed class TerminationTests
{
    private static readonly (string Name, Func<Vector<double>, double> Value, double Start)[] Unbounded =
    [
        ("-x", x => -x[0], 1.0),
        ("x", x => x[0], -3.0),
        ("-1e-3 x", x => -1e-3 * x[0], 1.0),
        ("-x^2", x => -x[0] * x[0], 1.0),
        ("-x^3", x => -Math.Pow(x[0], 3), 1.0),
        ("-x^10", x => -Math.Pow(x[0], 10), 1.0),
        ("-exp(x)", x => -Math.Exp(x[0]), 1.0),
        ("x - y + (x + y - 3)^2", x => x[0] - x[1] + Math.Pow(x[0] + x[1] - 3.0, 2), 0.5),
    ];

    private static readonly (string Name, Func<Vector<double>, double> Value, double Start)[] Bounded =
    [
        ("-tanh(x)", x => -Math.Tanh(x[0]), 1.0),
        ("-x^2/(1 + x^2)", x => -x[0] * x[0] / (1.0 + x[0] * x[0]), 1.0),
        ("1/(1 + x^2)", x => 1.0 / (1.0 + x[0] * x[0]), 1.0),
        ("exp(-x)", x => Math.Exp(-x[0]), 1.0),
        ("-1e12 x^2/(1e10 + x^2)", x => -1e12 * x[0] * x[0] / (1e10 + x[0] * x[0]), 1.0),
        ("1e6 (x/1e6 - 1)^2 - 1e6", x => 1e6 * Math.Pow(x[0] / 1e6 - 1.0, 2) - 1e6, 0.5),
        ("(x - 1e9)^2 - 1e20", x => (x[0] - 1e9) * (x[0] - 1e9) - 1e20, 1.0),
        ("-1e4 exp(-(x - 3)^2)", x => -1e4 * Math.Exp(-(x[0] - 3.0) * (x[0] - 3.0)), 1.0),
        ("x^2 + y^2 - 1000", x => x * x - 1000.0, 1.0),
    ];

    public static TheoryData<string, int, bool> Table(bool isBounded)
    {
        var table = new TheoryData<string, int, bool>();
        foreach (string method in Minimizer.Methods.Keys.Where(name => name is not ("lm" or "gauss-newton")))
        {
            for (int i = 0; i < (isBounded ? Bounded : Unbounded).Length; i++)
            {
                table.Add(method, i, true);
                table.Add(method, i, false);
            }
        }

        return table;
    }

    [Theory]
    [MemberData(nameof(Table), false)]
    public void A_cost_without_a_bound_is_said_to_be_unbounded(string method, int index, bool isOneParameterMore)
    {
        (string name, Minimum found) = Run(Unbounded[index], method, isOneParameterMore);

        // Steps of a fixed rate may not have come far enough for anybody to know.
        bool isOnTheWay = method is "gradient-descent" or "adam" && found.Termination == Termination.IterationLimit
            && found.Cost > -3000.0;
        Assert.True(found.Termination == Termination.Unbounded || isOnTheWay, $"{name}: {found}");
        Assert.True(double.IsFinite(found.Cost), $"{name}: {found}");
    }

    [Theory]
    [MemberData(nameof(Table), true)]
    public void A_cost_that_is_bounded_is_never_said_to_be_unbounded(string method, int index, bool isOneParameterMore)
    {
        (string name, Minimum found) = Run(Bounded[index], method, isOneParameterMore);
        Assert.True(found.Termination != Termination.Unbounded, $"{name}: {found}");
    }

    [Fact]
    public void A_cost_that_is_zero_to_rounding_has_converged()
    {
        // Exact data: no step lowers Σr² ≈ n(ε·1e6)², though its gradient is above any tolerance.
        double[] x = [.. Enumerable.Range(0, 50).Select(i => 0.37 * i + 0.1)];
        double[] y = [.. x.Select(at => 1e6 * Math.Exp(-0.3 * at) + 7e5)];
        var cost = SquaresCost.Of(3, x.Length, (p, r, j) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                double decay = Math.Exp(-p[1] * x[i]);
                r[i] = p[0] * decay + p[2] - y[i];
                if (!j.IsEmpty)
                {
                    (j[i], j[x.Length + i], j[2 * x.Length + i]) = (decay, -p[0] * x[i] * decay, 1.0);
                }
            }
        });
        foreach (string method
            in new[] { "auto", "lm", "gauss-newton", "bfgs", "lbfgs", "lbfgsb", "cg", "trust-newton" })
        {
            Minimum found = Minimizer.Methods[method]().Minimize(cost, Vector<double>.Build.Dense([9e5, 0.25, 6e5]));
            Assert.True(found.IsConverged || found.Cost > 1e-6, $"{found}");
        }
    }

    [Fact]
    public void Every_ending_has_its_sentences()
    {
        Termination[] endings =
        [
            Termination.Direct, Termination.Converged, Termination.IterationLimit, Termination.NoProgress,
            Termination.Undetermined, Termination.Unbounded, Termination.BadStart,
        ];
        foreach (Termination ending in endings)
        {
            Assert.EndsWith(".", ending.Happened, StringComparison.Ordinal);
            Assert.Equal(ending.IsConverged, ending.Advice.Length == 0);
            Assert.DoesNotContain(ending.Name, $"{ending}".Replace(' ', '_'), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_minimum_prints_in_one_readable_line()
    {
        Cost bowl = Cost.Of(2, x => x * x, x => 2.0 * x);
        Minimum found = Minimizer.Bfgs().Minimize(bowl, Vector<double>.Build.Dense([0.0, 0.0]));
        Assert.Equal("bfgs converged in 0 iterations: cost 0, gradient norm 0, parameters (0, 0).", found.ToString());
        Assert.Same(found, found.ThrowIfNotConverged());
        Minimum stopped = Minimizer.NelderMead().Minimize(
            bowl, Vector<double>.Build.Dense([3.0, 4.0]), new MinimizerOptions { MaxIterations = 1 });
        Assert.StartsWith(
            "nelder-mead did not converge in 1 iterations: cost ", stopped.ToString(), StringComparison.Ordinal);
        Assert.EndsWith($" {Termination.IterationLimit}", stopped.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            Termination.IterationLimit.Advice,
            Assert.Throws<InvalidOperationException>(stopped.ThrowIfNotConverged).Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// The function of one or two parameters, without a gradient, from its start; one that has no use for more gets a
    /// bowl beside it.
    /// </summary>
    private static (string Name, Minimum Found) Run(
        (string Name, Func<Vector<double>, double> Value, double Start) function, string method,
        bool isOneParameterMore)
    {
        int count = function.Name.Contains('y', StringComparison.Ordinal) ? 2 : 1;
        Cost cost = isOneParameterMore
            ? Cost.Of(count + 1, x => function.Value(x) + Math.Pow(x[count] - 5.0, 2))
            : Cost.Of(count, function.Value);
        Vector<double> start = Vector<double>.Build.Dense(cost.Parameters, i => i < count ? function.Start : 0.0);
        return ($"{function.Name}{(isOneParameterMore ? " beside a bowl" : string.Empty)}",
            Minimizer.Methods[method]().Minimize(cost, start));
    }
}
