using Math4AI.Calculus.DifferentialEquations;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Calculus;

/// <summary>
/// Differential equations against closed forms and against SciPy 1.10: <c>solve_ivp</c> with DOP853 at 1e-13, or with
/// Radau at 1e-11 and below for stiff systems.
/// </summary>
public class OdeSolverTests
{
    private static readonly OdeSystem Robertson = OdeSystem.Of(3, (_, y, dy) =>
    {
        dy[0] = -0.04 * y[0] + 1e4 * y[1] * y[2];
        dy[2] = 3e7 * y[1] * y[1];
        dy[1] = -dy[0] - dy[2];
    });

    private static Vector<double> Of(params double[] values) => Vector<double>.Build.DenseOfArray(values);

    private static void Agrees(double[][] expected, OdeSolution solution, double tolerance)
    {
        Assert.True(solution.IsComplete, solution.Failure);
        for (int i = 0; i < expected.Length; i++)
        {
            for (int j = 0; j < expected[i].Length; j++)
            {
                Assert.InRange(Math.Abs(solution.States[i, j] / expected[i][j] - 1.0), 0.0, tolerance);
            }
        }
    }

    [Theory]
    [InlineData(OdeMethod.Auto)]
    [InlineData(OdeMethod.Explicit)]
    [InlineData(OdeMethod.Stiff)]
    public void Predator_and_prey_are_those_of_SciPy(OdeMethod method)
    {
        OdeSystem system = OdeSystem.Of(2, (_, y, dy) =>
        {
            dy[0] = 1.5 * y[0] - y[0] * y[1];
            dy[1] = -3.0 * y[1] + y[0] * y[1];
        });
        Agrees(
            [
                [0.2185389322323087, 1.3765927010135046],
                [0.2641867721186669, 3.1341331610700722],
                [0.7137513780977341, 0.07540779624080225],
            ],
            OdeSolver.Solve(system, 0.0, Of(10, 5), [1, 5, 15], new OdeOptions { Method = method }),
            5e-9);
    }

    [Fact]
    public void A_damped_pendulum_from_near_its_top_is_that_of_SciPy()
    {
        OdeSystem system = OdeSystem.Of(2, (_, y, dy) => (dy[0], dy[1]) = (y[1], -0.25 * y[1] - 5.0 * Math.Sin(y[0])));
        Agrees(
            [
                [-1.4280694686251518, -2.2066952340212467],
                [1.1660516920766375, -1.6437605090474192],
                [0.0200115308771191, 1.5678182626579735],
            ],
            OdeSolver.Solve(system, 0.0, Of(Math.PI - 0.1, 0), [2.5, 5, 10], new OdeOptions
            {
                RelativeTolerance = 1e-12,
            }),
            1e-8);
    }

    [Theory]
    [InlineData(OdeMethod.Auto)]
    [InlineData(OdeMethod.Stiff)]
    public void Robertsons_stiff_reactions_are_those_of_SciPy_over_six_decades(OdeMethod method)
    {
        OdeSolution solution = OdeSolver.Solve(
            Robertson, 0.0, Of(1, 0, 0), [0.4, 40, 4000, 4e5], new OdeOptions { Method = method });
        Agrees(
            [
                [0.9851721138609889, 3.386395378974875e-05, 0.014794022185221484],
                [0.7158270687194146, 9.185534764558688e-06, 0.2841637457458211],
                [0.18320225777694904, 8.942371252777466e-07, 0.8167968479859248],
                [0.00493827452099816, 1.9849940879617868e-08, 0.9950617056290603],
            ],
            solution,
            1e-8);
        Assert.InRange(solution.StiffFrom, 0.0, 400.0);
        Assert.InRange(solution.Steps, 1, 20_000);
    }

    [Fact]
    public void Van_der_Pols_stiff_oscillation_is_that_of_SciPy()
    {
        OdeSystem system =
            OdeSystem.Of(2, (_, y, dy) => (dy[0], dy[1]) = (y[1], 1000.0 * (1.0 - y[0] * y[0]) * y[1] - y[0]));
        Agrees(
            [
                [1.5967689510531697, -0.0010303911878520604],
                [-1.8636462548081527, 0.0007535430865450453],
                [1.7061677321704487, -0.0008928097010248343],
            ],
            OdeSolver.Solve(system, 0.0, Of(2, 0), [500, 1000, 2000]),
            1e-9);
    }

    [Theory]
    [InlineData(OdeMethod.Explicit)]
    [InlineData(OdeMethod.Stiff)]
    public void The_sensitivities_of_a_chain_of_reactions_are_those_of_its_closed_form(OdeMethod method)
    {
        const double A = 0.9, B = 0.35, Time = 3.0;
        OdeSolution solution = OdeSolver.Solve(
            new Chain(A, B), 0.0, Of(1, 0), [Time], new OdeOptions { Method = method },
            Matrix<double>.Build.Dense(2, 2));

        // y = a (e^(−at) − e^(−bt)) / (b − a).
        double ofA = Math.Exp(-A * Time), ofB = Math.Exp(-B * Time), y = A * (ofA - ofB) / (B - A);
        double byA = y / A + y / (B - A) - A * Time * ofA / (B - A), byB = -y / (B - A) + A * Time * ofB / (B - A);
        Assert.Equal(ofA, solution.States[0, 0], 1e-10);
        Assert.Equal(y, solution.States[0, 1], 1e-10);
        Matrix<double> found = solution.Sensitivities[0];
        Assert.Equal(-Time * ofA, found[0, 0], 1e-9);
        Assert.Equal(0.0, found[0, 1], 1e-12);
        Assert.Equal(byA, found[1, 0], 1e-9);
        Assert.Equal(byB, found[1, 1], 1e-9);
    }

    [Fact]
    public void Units_of_the_states_do_not_matter()
    {
        OdeSystem Scaled(double unit) =>
            OdeSystem.Of(2, (_, y, dy) => (dy[0], dy[1]) = (-0.5 * y[0], 0.5 * y[0] - 0.1 * y[1] * y[1] / unit));
        OdeSolution small = OdeSolver.Solve(Scaled(1e-12), 0.0, Of(1e-12, 0), [1, 7]),
            large = OdeSolver.Solve(Scaled(1e12), 0.0, Of(1e12, 0), [1, 7]);
        Assert.Equal(large.Steps, small.Steps);
        Assert.All((1e24 * small.States - large.States).Enumerate(),
            difference => Assert.InRange(Math.Abs(difference), 0.0, 1.0));
    }

    [Fact]
    public void A_solution_that_ends_in_infinity_says_when_and_is_not_a_number_from_there()
    {
        OdeSolution solution =
            OdeSolver.Solve(OdeSystem.Of(1, (_, y, dy) => dy[0] = y[0] * y[0]), 0.0, Of(1), [0.5, 2.0]);
        Assert.False(solution.IsComplete);
        Assert.Equal(2.0, solution.States[0, 0], 1e-8);
        Assert.True(double.IsNaN(solution.States[1, 0]));
        Assert.Contains("t = 1", solution.Failure!, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_out_of_order_and_wrong_shapes_are_refused()
    {
        OdeSystem system = OdeSystem.Of(1, (_, y, dy) => dy[0] = -y[0]);
        Assert.Throws<ArgumentException>(() => OdeSolver.Solve(system, 0.0, Of(1), [2, 1]));
        Assert.Throws<ArgumentException>(() => OdeSolver.Solve(system, 0.0, Of(1), [-1]));
        Assert.Throws<ArgumentException>(() => OdeSolver.Solve(system, 0.0, Of(1, 2), [1]));
        Assert.Throws<ArgumentException>(() => OdeSolver.Solve(system, 0.0, Of(double.NaN), [1]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => OdeSolver.Solve(system, 0.0, Of(1), [1], new OdeOptions { RelativeTolerance = 0.0 }));
    }

    /// <summary>A → B → nothing, with both rates as parameters.</summary>
    private sealed class Chain(double a, double b) : OdeSystem
    {
        public override int States => 2;

        public override int Parameters => 2;

        public override void Slope(double time, ReadOnlySpan<double> state, Span<double> slope) =>
            (slope[0], slope[1]) = (-a * state[0], a * state[0] - b * state[1]);

        public override void Linearize(
            double time, ReadOnlySpan<double> state, Span<double> slope, Span<double> byState, Span<double> byParameter)
        {
            Slope(time, state, slope);
            new[] { -a, a, 0.0, -b }.CopyTo(byState);
            new[] { -state[0], state[0], 0.0, -state[1] }.AsSpan(0, byParameter.Length).CopyTo(byParameter);
        }
    }
}
