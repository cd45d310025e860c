using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Optimization;

/// <summary>A minimizer that uses public members alone is as good as those of the library.</summary>
public sealed class OwnMinimizerTests
{
    private static readonly Cost Bowl = Cost.Of(
        2, x => Math.Pow(x[0] - 1.0, 2) + 10.0 * Math.Pow(x[1] + 2.0, 2),
        x => Vector<double>.Build.Dense([2.0 * (x[0] - 1.0), 20.0 * (x[1] + 2.0)]));

    private static readonly Dictionary<string, double> Start = new() { ["a"] = 1.0, ["b"] = 1.0 };

    [Fact]
    public void It_finds_minima_and_its_work_is_counted_and_reported()
    {
        var progress = new Steps();
        Minimum found = new CompassSearch().Minimize(
            Bowl, Vector<double>.Build.Dense(2), new MinimizerOptions { KeepPath = true, Progress = progress });
        Assert.True(found.IsConverged, $"{found}");
        Assert.Equal(1.0, found.Parameters[0], 1e-9);
        Assert.Equal(-2.0, found.Parameters[1], 1e-9);
        Assert.Equal("compass", found.Method);
        Assert.True(
            found.Evaluations > found.Iterations && found.Iterations > 0, $"{found.Evaluations}, {found.Iterations}");
        Assert.Equal(found.Iterations, found.Path.Count);
        Assert.Equal(Enumerable.Range(1, found.Iterations), progress.Seen.Select(step => step.Iteration));
        Assert.True(progress.Seen.Zip(progress.Seen.Skip(1)).All(pair => pair.Second.Cost <= pair.First.Cost));
        Assert.Equal(50.0, progress.Seen[0].Cost, 9.0);
    }

    [Fact]
    public void It_stops_at_the_limit_and_when_it_is_cancelled()
    {
        Minimum limited = new CompassSearch().Minimize(
            Bowl, Vector<double>.Build.Dense(2), new MinimizerOptions { MaxIterations = 3 });
        Assert.Equal(Termination.IterationLimit, limited.Termination);
        Assert.Equal(3, limited.Iterations);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(
            () => new CompassSearch().Minimize(Bowl, Vector<double>.Build.Dense(2), cancellation: source.Token));
    }

    [Fact]
    public void What_it_calls_converged_is_unbounded_where_the_cost_has_no_minimum()
    {
        Minimum found = new CompassSearch().Minimize(Cost.Of(1, x => -x[0]), Vector<double>.Build.Dense(1, 1.0));
        Assert.Equal(Termination.Unbounded, found.Termination);
    }

    [Fact]
    public void It_fits_a_model_within_bounds_and_to_the_same_minimum_as_the_library()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(40, 1, (i, _) => 0.1 * i);
        Vector<double> y = x.Column(0).Map(at => 3.0 * Math.Exp(-0.7 * at) + 0.01 * Math.Sin(50.0 * at));
        var problem = new FitProblem { Model = Model.FromFormula("a*exp(-b*x)", "x"), Inputs = x, Targets = y };
        FitResult expected = problem.Fit(Start);
        FitResult own = (problem with { Minimizer = new CompassSearch() }).Fit(Start);
        Assert.True(own.Minimum.IsConverged, $"{own.Minimum}");
        Assert.True(
            (own.Parameters - expected.Parameters).AbsoluteMaximum() < 1e-6, $"{own.Parameters} {expected.Parameters}");
        FitResult bounded = (problem with
        {
            Minimizer = new CompassSearch(),
            Bounds = new Dictionary<string, (double Lower, double Upper)> { ["a"] = (0.0, 2.0) },
        }).Fit(Start);
        Assert.Equal(2.0, bounded.Parameters[0]);
    }

    [Fact]
    public void An_ending_of_its_own_is_what_users_see()
    {
        var bored = new Termination("Bored", "The search lost interest.", "Encourage it.");
        Minimum found = new CompassSearch(bored).Minimize(Bowl, Vector<double>.Build.Dense(2), new MinimizerOptions
        {
            MaxIterations = 2,
        });
        Assert.False(found.IsConverged);
        Assert.EndsWith("The search lost interest. Encourage it.", found.ToString(), StringComparison.Ordinal);
        Assert.Equal(found.ToString(), Assert.Throws<InvalidOperationException>(found.ThrowIfNotConverged).Message);
    }

    /// <summary>Tries a step along every axis, both ways, and halves it where none helps.</summary>
    private sealed class CompassSearch(Termination? limit = null) : Minimizer
    {
        public override string Name => "compass";

        public override bool KeepsBounds => true;

        protected override Minimum Run(Iteration iteration, double[] parameters)
        {
            double cost = iteration.Value(parameters), length = 1.0;
            while (length > 1e-13)
            {
                if (!iteration.TryStep(parameters, 100_000))
                {
                    return iteration.Finish(limit ?? Termination.IterationLimit, parameters, cost, double.NaN);
                }

                double before = cost;
                for (int i = 0; i < parameters.Length; i++)
                {
                    cost = Improve(iteration, parameters, i, cost, length);
                }

                length *= cost < before ? 2.0 : 0.5;
                if (length > 1e30)
                {
                    break;
                }
            }

            return iteration.Finish(Termination.Converged, parameters, cost, double.NaN);
        }

        private static double Improve(Iteration iteration, double[] parameters, int i, double cost, double length)
        {
            double at = parameters[i];
            foreach (double step in new[] { length, -length })
            {
                double to = at + step;
                parameters[i] = iteration.Bounds is { } box ? Math.Clamp(to, box.Lower[i], box.Upper[i]) : to;
                double there = iteration.Value(parameters);
                if (there < cost)
                {
                    return there;
                }
            }

            parameters[i] = at;
            return cost;
        }
    }

    private sealed class Steps : IProgress<MinimizerProgress>
    {
        public List<MinimizerProgress> Seen { get; } = [];

        public void Report(MinimizerProgress value) => Seen.Add(value);
    }
}
