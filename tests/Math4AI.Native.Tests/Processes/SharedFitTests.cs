using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Fitting.Uncertainty;
using Math4AI.Optimization;
using Math4AI.Probability.Sampling;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Processes;

/// <summary>
/// Fits that several processes share: every process gets the same bits, and they are those of one process up to the
/// rounding of sums in another order.
/// </summary>
public class SharedFitTests
{
    private static readonly FitProblem Many = Decay(20_001), Few = Decay(60);

    private static readonly Dictionary<string, double> Start = new() { ["a"] = 1.0, ["b"] = 0.5, ["c"] = 0.0 };

    [Theory]
    [InlineData("squares", 2)]
    [InlineData("squares", 3)]
    [InlineData("squares", 5)] // more processes than blocks
    [InlineData("huber", 2)]
    [InlineData("student", 3)]
    [InlineData("absolute", 2)]
    [InlineData("bounded", 2)]
    public void Sums_over_many_samples_give_the_minimum_of_one_process(string way, int count)
    {
        FitProblem problem = way switch
        {
            "huber" => Many with { Distance = Distance.Huber(0.5) },
            "student" => Many with { Distance = Distance.StudentT(4.0) },
            "absolute" => Many with { Distance = Distance.Absolute },
            "bounded" => Many with { Bounds = new Dictionary<string, (double, double)> { ["c"] = (0.5, 2.0) } },
            _ => Many,
        };
        FitResult alone = problem.Fit(Start);
        FitResult[] shared = ThreadGroup.Run(count, group =>
        {
            FitProblem ours = problem with { Processes = group };
            Assert.True(ours.SharesSamples);
            return ours.Fit(Start);
        });
        foreach (FitResult result in shared)
        {
            Assert.Equal(shared[0].Parameters, result.Parameters);
            Assert.True(result.IsConverged);
            AssertNear(alone.Parameters, result.Parameters, way == "absolute" ? 1e-4 : 1e-7);
            AssertNear(alone.StandardErrors, result.StandardErrors, way == "absolute" ? 1e-2 : 1e-6);
            Assert.Equal(alone.Minimum.Cost, result.Minimum.Cost, 1e-9 * Math.Abs(alone.Minimum.Cost));

            // The result needs no other process.
            Assert.Same(ProcessGroup.Single, result.Problem.Processes);
        }
    }

    [Fact]
    public void Starts_are_shared_and_the_minimum_is_that_of_one_process()
    {
        FitResult alone = Few.Fit(), many = Many.Fit();
        foreach (FitResult result in ThreadGroup.Run(3, group => (Few with { Processes = group }).Fit()))
        {
            AssertNear(alone.Parameters, result.Parameters, 1e-8);
        }

        foreach (FitResult result in ThreadGroup.Run(2, group => (Many with { Processes = group }).Fit()))
        {
            AssertNear(many.Parameters, result.Parameters, 1e-7);
        }
    }

    [Fact]
    public void Resamples_folds_and_chains_have_the_bits_of_one_process()
    {
        FitResult fit = Few.Fit(Start);
        var sampler = new NutsSampler { Chains = 3, Warmup = 100, Draws = 50 };
        var priors = new Dictionary<string, Prior>
        {
            ["a"] = Prior.Normal(2.0, 1.0),
            ["b"] = Prior.Normal(0.7, 0.5),
            ["c"] = Prior.Normal(0.3, 1.0),
        };
        Bootstrap bootstrap = fit.Bootstrap(21);
        RankedModel[] ranked = [.. ModelComparison.RankDistances(fit, [Distance.Huber(1.0)])];
        FitPosterior posterior = FitPosterior.Sample(fit, priors, sampler);
        bool[] same = ThreadGroup.Run(2, group =>
        {
            FitResult own = Decay(60).Fit(Start);
            Assert.Equal(bootstrap.Estimates, own.Bootstrap(21, processes: group).Estimates);
            RankedModel[] others =
                [.. ModelComparison.RankDistances(own, [Distance.Huber(1.0)], processes: group)];
            Assert.Equal(
                ranked.Select(model => (model.Name, model.PredictionError)),
                others.Select(model => (model.Name, model.PredictionError)));
            FitPosterior drawn = FitPosterior.Sample(own, priors, sampler with { Processes = group });
            Assert.Equal(posterior.Draws.ToMatrix(), drawn.Draws.ToMatrix());
            Assert.Equal(posterior.Draws.Chains[2].StepSize, drawn.Draws.Chains[2].StepSize);
            return true;
        });
        Assert.All(same, Assert.True);
    }

    [Fact]
    public void Other_samples_in_one_process_are_found()
    {
        string[] messages = ThreadGroup.Run(2, group => Assert.Throws<IOException>(
            () => (Decay(60, group.Rank) with { Processes = group }).Fit(Start)).Message);
        Assert.All(messages, message => Assert.Contains("The samples must be the same in all processes", message));
    }

    [Fact]
    public void A_cost_over_blocks_of_ones_own_is_shared()
    {
        Minimum alone = Minimizer.Bfgs().Minimize(
            new Bowl(ProcessGroup.Single), Vector<double>.Build.Dense([3.0, -2.0]));
        Minimum[] shared = ThreadGroup.Run(
            3, group => Minimizer.Bfgs().Minimize(new Bowl(group), Vector<double>.Build.Dense([3.0, -2.0])));
        Assert.All(shared, each => Assert.Equal(shared[0].Parameters, each.Parameters));
        AssertNear(alone.Parameters, shared[0].Parameters, 1e-9);
        Assert.Equal(alone.Iterations, shared[0].Iterations);
    }

    private static void AssertNear(Vector<double> expected, Vector<double> found, double tolerance) =>
        Assert.True(
            (expected - found).L2Norm() <= tolerance * expected.L2Norm(), $"{(expected - found).L2Norm():E2}");

    /// <summary>y = 2 e^(−0.7 x) + 0.3 with noise that is not random, and outliers.</summary>
    private static FitProblem Decay(int samples, int shift = 0)
    {
        Matrix<double> x = Matrix<double>.Build.Dense(samples, 1, (i, _) => 5.0 * i / samples);
        return new FitProblem
        {
            Model = Model.FromFormula("y ~ a*exp(-b*x) + c", "x"),
            Inputs = x,
            Targets = Vector<double>.Build.Dense(samples, i => 2.0 * Math.Exp(-0.7 * x[i, 0]) + 0.3
                + 0.1 * Math.Sin(17.0 * i * i + shift) + (i % 50 == 7 ? 1.0 : 0.0)),
        };
    }

    /// <summary>Σ_b (b + 1) ((θ₁ − b)² + (θ₂ + 1)²), with a fourth power, over seven blocks.</summary>
    private sealed class Bowl(ProcessGroup processes) : BlockCost
    {
        public override int Parameters => 2;

        public override int Blocks => 7;

        public override ProcessGroup Processes => processes;

        public override double Evaluate(int block, ReadOnlySpan<double> parameters, Span<double> gradient)
        {
            (double u, double v) = (parameters[0] - block, parameters[1] + 1.0);
            if (!gradient.IsEmpty)
            {
                gradient[0] = (block + 1) * 2.0 * u;
                gradient[1] = (block + 1) * (2.0 * v + 4.0 * v * v * v);
            }

            return (block + 1) * (u * u + v * v + v * v * v * v);
        }
    }
}
