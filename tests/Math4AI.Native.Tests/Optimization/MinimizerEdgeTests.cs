using Math4AI.Optimization;
using Math4AI.Optimization.LeastSquares;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Optimization;

/// <summary>Costs without a minimum, without a full rank, and in odd units.</summary>
public sealed class MinimizerEdgeTests
{
    [Fact]
    public void A_cost_that_falls_without_end_is_unbounded_and_not_converged()
    {
        Cost slope = Cost.Of(1, x => -x[0], _ => Vector<double>.Build.Dense(1, -1.0));
        foreach (Minimizer method in new[]
        {
            Minimizer.Bfgs(), Minimizer.Lbfgs(), Minimizer.NonlinearConjugateGradient(), Minimizer.TrustRegionNewton(),
            Minimizer.Auto(),
        })
        {
            Minimum found = method.Minimize(slope, Vector<double>.Build.Dense(1, 1.0));
            Assert.True(found.Termination == Termination.Unbounded, $"{method.Name}: {found.Termination}");
            Assert.False(found.IsConverged);
        }
    }

    [Fact]
    public void A_cost_that_falls_ever_faster_is_unbounded_and_one_in_tiny_units_is_not()
    {
        Cost power = Cost.Of(1, x => -Math.Pow(x[0], 10), x => -10.0 * x.PointwisePower(9.0));
        Cost exponential = Cost.Of(1, x => -Math.Exp(x[0]), x => -x.PointwiseExp());
        Cost tiny = Cost.Of(1, x => 1e-37 * (x[0] - 1.0) * (x[0] - 1.0), x => 2e-37 * (x - 1.0));
        foreach (Minimizer method
            in new[] { Minimizer.Bfgs(), Minimizer.Lbfgs(), Minimizer.NonlinearConjugateGradient() })
        {
            Assert.Equal(Termination.Unbounded, method.Minimize(power, Vector<double>.Build.Dense(1, 1.0)).Termination);
            Assert.Equal(
                Termination.Unbounded, method.Minimize(exponential, Vector<double>.Build.Dense(1, 1.0)).Termination);
            Minimum found = method.Minimize(tiny, Vector<double>.Build.Dense(1), new MinimizerOptions
            {
                GradientTolerance = 1e-47,
            });
            Assert.True(found.IsConverged, $"{method.Name}: {found.Termination}");
            Assert.Equal(1.0, found.Parameters[0], 1e-6);
        }
    }

    [Fact]
    public void A_saddle_that_was_passed_on_the_way_does_not_make_a_minimum_unbounded()
    {
        Cost wells = Cost.Of(
            2,
            x => 1e12 + 1e3 * x.Sum(value => Math.Pow(value * value - 1.0, 2)),
            x => 4e3 * x.Map(value => value * (value * value - 1.0)));
        var random = new Random(3);
        for (int run = 0; run < 100; run++)
        {
            Minimum found = Minimizer.TrustRegionNewton().Minimize(
                wells, Vector<double>.Build.Dense(2, _ => 4.0 * random.NextDouble() - 2.0));
            Assert.True(found.IsConverged, $"{found.Termination} at {found.Parameters}");
        }
    }

    [Fact]
    public void A_product_of_parameters_is_undetermined_for_Gauss_and_Newton()
    {
        var cost = SquaresCost.Of(2, 2, (p, residuals, jacobian) =>
        {
            (residuals[0], residuals[1]) = (p[0] * p[1] - 4.0, 2.0 * p[0] * p[1] - 9.0);
            if (!jacobian.IsEmpty)
            {
                (jacobian[0], jacobian[1], jacobian[2], jacobian[3]) = (p[1], 2.0 * p[1], p[0], 2.0 * p[0]);
            }
        });
        Minimum found = Minimizer.GaussNewton().Minimize(cost, Vector<double>.Build.Dense(2, 1.0));
        Assert.False(found.IsConverged, $"{found.Termination}");
    }

    [Fact]
    public void A_simplex_that_runs_out_of_steps_returns_the_best_it_saw()
    {
        Cost rosenbrock = Cost.Of(2, x => 100.0 * Math.Pow(x[1] - x[0] * x[0], 2) + Math.Pow(1.0 - x[0], 2));
        Minimum found = Minimizer.NelderMead().Minimize(
            rosenbrock, Vector<double>.Build.DenseOfArray([-1.2, 1.0]), new MinimizerOptions { MaxIterations = 50 });
        Assert.Equal(Termination.IterationLimit, found.Termination);
        Assert.True(found.Cost < 5.0 && found.Iterations == 50, $"{found.Cost} {found.Iterations}");
        Assert.Equal(found.Cost, rosenbrock.Value(found.Parameters.ToArray()));
    }

    [Theory]
    [InlineData(1e-12)]
    [InlineData(1.0)]
    [InlineData(1e12)]
    [InlineData(1e17)]
    public void Lbfgs_takes_the_same_steps_in_any_unit_of_the_cost(double unit)
    {
        Cost bowl = Cost.Of(
            3,
            p => unit * (Math.Pow(p[0] - 1.0, 2) + 100.0 * Math.Pow(p[1] - 2.0, 2) + 1e4 * Math.Pow(p[2] - 3.0, 2)),
            p => unit * Vector<double>.Build.DenseOfArray(
                [2.0 * (p[0] - 1.0), 200.0 * (p[1] - 2.0), 2e4 * (p[2] - 3.0)]));
        Minimum found = Minimizer.Lbfgs().Minimize(
            bowl, Vector<double>.Build.Dense(3), new MinimizerOptions
            {
                GradientTolerance = 1e-10 * Math.Min(1.0, unit),
            });
        Assert.True(found.IsConverged && found.Iterations < 60, $"{found.Termination} {found.Iterations}");
        Assert.True((found.Parameters - Vector<double>.Build.DenseOfArray([1.0, 2.0, 3.0])).AbsoluteMaximum() < 1e-4,
            $"{found.Parameters}");
    }

    [Fact]
    public void A_sparse_gradient_counts_and_one_of_another_length_is_refused()
    {
        Cost sparse = Cost.Of(
            2,
            x => Math.Pow(x[0] - 3.0, 2) + Math.Pow(x[1] - 4.0, 2),
            x => Vector<double>.Build.SparseOfArray([2.0 * (x[0] - 3.0), 2.0 * (x[1] - 4.0)]));
        Assert.Equal(0.0, Minimizer.Bfgs().Minimize(sparse, Vector<double>.Build.Dense(2)).Cost, 1e-12);
        Cost longer = Cost.Of(2, x => x * x, _ => Vector<double>.Build.Dense(3));
        Assert.Throws<ArgumentException>(() => Minimizer.Bfgs().Minimize(longer, Vector<double>.Build.Dense(2, 1.0)));
    }

    [Fact]
    public void Many_mini_batches_do_not_overflow()
    {
        var cost = new Targets(50_000);
        Minimum found = Minimizer.MiniBatches(epochs: 1, rate: 0.1).Minimize(cost, Vector<double>.Build.Dense(1, 5.0));
        Assert.InRange(found.Parameters[0], 0.9, 1.1);
    }

    /// <summary>Σ (θ − 1)² over many blocks.</summary>
    private sealed class Targets(int blocks) : BlockCost
    {
        public override int Parameters => 1;

        public override int Blocks => blocks;

        public override double Evaluate(int block, ReadOnlySpan<double> parameters, Span<double> gradient)
        {
            double off = parameters[0] - 1.0;
            if (!gradient.IsEmpty)
            {
                gradient[0] = 2.0 * off / blocks;
            }

            return off * off / blocks;
        }
    }
}
