using Math4AI.Optimization;
using Math4AI.Optimization.Constraints;
using Math4AI.Optimization.LeastSquares;
using Math4AI.Optimization.Search;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Optimization;

/// <summary>Known minima, and what every minimiser must keep to.</summary>
public class MinimizerTests
{
    public static TheoryData<int, double> MoreGarbowHillstromRuns()
    {
        var runs = new TheoryData<int, double>();
        for (int i = 0; i < MoreGarbowHillstrom.All.Length; i++)
        {
            runs.Add(i, 1.0);
            runs.Add(i, 10.0);
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(MoreGarbowHillstromRuns))]
    public void Auto_solves_the_problems_of_More_Garbow_and_Hillstrom_from_the_standard_start_and_ten_times_it(
        int index, double scale)
    {
        MoreGarbowHillstrom problem = MoreGarbowHillstrom.All[index];
        var start = Vector<double>.Build.Dense(problem.Start) * scale;
        Minimum minimum = Minimizer.Auto().Minimize(problem.Cost(), start);
        string figures = $"{problem}, {scale} × start: {minimum.Cost:G10}, {minimum.Termination}, {minimum.Iterations} "
            + $"steps, {minimum.Evaluations} + {minimum.GradientEvaluations} evaluations, gradient "
            + $"{minimum.GradientNorm:G3}";
        TestContext.Current.TestOutputHelper!.WriteLine(figures);
        Assert.True(problem.IsMinimum(minimum.Cost), figures);
    }

    [Theory]
    [InlineData("bfgs")]
    [InlineData("lbfgs")]
    [InlineData("lbfgsb")]
    [InlineData("cg")]
    [InlineData("trust-newton")]
    public void Gradient_methods_solve_the_well_scaled_problems(string method)
    {
        foreach (string name in new[] { "Rosenbrock", "Beale", "Wood", "Bard", "Box", "Extended Rosenbrock", "Variably "
            + "dimensioned", "Broyden tridiagonal" })
        {
            MoreGarbowHillstrom problem = MoreGarbowHillstrom.All.Single(each => each.Name == name);
            Minimum minimum =
                Minimizer.Methods[method]().Minimize(problem.Cost(), Vector<double>.Build.Dense(problem.Start));
            Assert.True(
                problem.IsMinimum(minimum.Cost) && minimum.IsConverged,
                $"{name}: {minimum.Cost} {minimum.Termination} after {minimum.GradientEvaluations}, gradient "
                + $"{minimum.GradientNorm}");
        }
    }

    [Fact]
    public void Sobols_points_are_those_of_Joe_and_Kuo()
    {
        // The fifth to eighth points of scipy.stats.qmc.Sobol(d=5, scramble=False).
        double[][] expected =
        [
            [.375, .375, .625, .875, .375], [.875, .875, .125, .375, .875], [.625, .125, .875, .625, .625],
            [.125, .625, .375, .125, .125],
        ];
        var sequence = new SobolSequence(5);
        double[] point = new double[5];
        for (int i = 0; i < 8; i++)
        {
            sequence.Next(point);
            if (i >= 4)
            {
                Assert.Equal(expected[i - 4], point);
            }
        }
    }

    [Fact]
    public void Constraints_are_met_and_the_multipliers_conditions_hold()
    {
        // Hock and Schittkowski, problem 71: minimum 17.0140173 at (1, 4.742994, 3.8211503, 1.3794082).
        Cost cost = Within(
            4,
            x => x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2],
            x => Vector<double>.Build.Dense(
                [x[3] * (2 * x[0] + x[1] + x[2]), x[0] * x[3], x[0] * x[3] + 1, x[0] * (x[0] + x[1] + x[2])]),
            1.0,
            5.0);
        var sphere = new Constraint(
            x => Vector<double>.Build.Dense(1, x * x - 40.0), x => (2.0 * x).ToRowMatrix());
        var product = new Constraint(
            x => Vector<double>.Build.Dense(1, 25.0 - x[0] * x[1] * x[2] * x[3]),
            x => -Vector<double>.Build.Dense(4, i => x[0] * x[1] * x[2] * x[3] / x[i]).ToRowMatrix());
        Minimum minimum = Minimizer.AugmentedLagrangian(sphere, product, Minimizer.LbfgsB())
            .Minimize(cost, Vector<double>.Build.Dense([1.0, 5.0, 5.0, 1.0]));
        Assert.Equal(17.0140173, minimum.Cost, 1e-6);
        Assert.Equal(4.742994, minimum.Parameters[1], 1e-4);
        Assert.Equal(40.0, minimum.Parameters * minimum.Parameters, 1e-7);
    }

    [Fact]
    public void Many_starts_find_the_lowest_of_many_minima()
    {
        // Rastrigin's function: minima at all whole numbers, the lowest at 0.
        Cost cost = Cost.Of(
            2,
            x => 20.0 + x.Sum(v => v * v - 10.0 * Math.Cos(2.0 * Math.PI * v)),
            x => x.Map(v => 2.0 * v + 20.0 * Math.PI * Math.Sin(2.0 * Math.PI * v), Zeros.Include));
        var box = new Bounds(Vector<double>.Build.Dense(2, -5.12), Vector<double>.Build.Dense(2, 5.12));
        Minimum alone = Minimizer.Bfgs().Minimize(cost, Vector<double>.Build.Dense([3.9, -2.1]));
        Minimum many = Minimizer.MultiStart(box, 200).Minimize(cost, Vector<double>.Build.Dense([3.9, -2.1]));
        Assert.True(alone.Cost > 1.0 && many.Cost < 1e-10, $"{alone.Cost} {many.Cost}");
    }

    [Theory]
    [InlineData("lm")]
    [InlineData("gauss-newton")]
    [InlineData("bfgs")]
    [InlineData("lbfgs")]
    [InlineData("lbfgsb")]
    [InlineData("cg")]
    [InlineData("trust-newton")]
    public void Steps_into_a_region_where_the_cost_is_not_defined_are_shortened(string method)
    {
        // x − log x, squared and shifted: defined for x > 0 alone, least at 1; the first full step leads to x < 0.
        SquaresCost cost = SquaresCost.Of(1, 2, (x, r, j) =>
        {
            (r[0], r[1]) = (Math.Sqrt(x[0]), Math.Log(x[0]));
            if (!j.IsEmpty)
            {
                (j[0], j[1]) = (0.5 / Math.Sqrt(x[0]), 1.0 / x[0]);
            }
        });
        Minimum minimum = Minimizer.Methods[method]().Minimize(cost, Vector<double>.Build.Dense(1, 6.0));
        // d/dx (x + log²x) = 0 where x = −2 log x.
        Assert.Equal(0.0, minimum.Parameters[0] + 2.0 * Math.Log(minimum.Parameters[0]), 1e-6);
    }

    [Fact]
    public void Gradient_descent_and_Adam_reach_the_minimum_of_a_well_scaled_bowl()
    {
        Cost bowl = Cost.Of(3, x => 0.5 * (x - 1.0) * (x - 1.0), x => x - 1.0);
        foreach (Minimizer method
            in new[] { Minimizer.GradientDescent(0.1), Minimizer.Adam(0.05), Minimizer.NelderMead() })
        {
            Minimum minimum = method.Minimize(bowl, Vector<double>.Build.Dense(3, 4.0));
            Assert.True((minimum.Parameters - 1.0).AbsoluteMaximum() < 1e-4, method.Name);
        }
    }

    [Fact]
    public void A_method_that_knows_no_bounds_says_so() =>
        Assert.Throws<NotSupportedException>(() => Minimizer.Bfgs().Minimize(
            Within(1, x => x * x, x => 2.0 * x, 1.0, 2.0), Vector<double>.Build.Dense(1, 1.5)));

    [Fact]
    public void A_start_where_the_cost_is_not_finite_is_a_result_and_no_exception()
    {
        Cost cost = Cost.Of(1, x => Math.Log(x[0]), x => 1.0 / x);
        Minimum minimum = Minimizer.Auto().Minimize(cost, Vector<double>.Build.Dense(1, -1.0));
        Assert.Equal(Termination.BadStart, minimum.Termination);
        Assert.Throws<InvalidOperationException>(minimum.ThrowIfNotConverged);
    }

    private static Cost Within(
        int parameters, Func<Vector<double>, double> value, Func<Vector<double>, Vector<double>> gradient, double lower,
        double upper) =>
        new BoundedCost(Cost.Of(parameters, value, gradient))
        {
            Bounds = new Bounds(
                Vector<double>.Build.Dense(parameters, lower), Vector<double>.Build.Dense(parameters, upper)),
        };

    private sealed class BoundedCost(Cost inner) : Cost
    {
        public override int Parameters => inner.Parameters;

        public override double Value(ReadOnlySpan<double> parameters) => inner.Value(parameters);

        public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient) =>
            inner.Gradient(parameters, gradient);
    }
}
