using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Optimization;
using Math4AI.Runtime;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using TorchSharp;

namespace Math4AI.Tests.Fitting;

/// <summary>
/// Modules compute in float32: their fits converge to what float32 can tell, whichever way the processor rounds.
/// </summary>
public sealed class ModuleFitTests
{
    public static TheoryData<string, string> Ways()
    {
        var ways = new TheoryData<string, string>();
        foreach (string distance in new[] { "squared", "gaussian", "huber:0.1", "laplace" })
        {
            foreach (string minimizer in new[] { "auto", "lbfgs", "bounds" })
            {
                ways.Add(distance, minimizer);
            }
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_module_in_float32_converges_to_the_fit_in_float64(string distance, string minimizer)
    {
        Assert.True(Compute.HasTensors);
        for (int seed = 1; seed <= 4; seed++)
        {
            torch.random.manual_seed(seed);
            using var module = torch.nn.Linear(1, 1);
            var random = new MersenneTwister(seed, threadSafe: false);
            Matrix<double> x = Matrix<double>.Build.Dense(30, 1, (i, _) => 0.1 * i);
            Vector<double> y =
                Vector<double>.Build.Dense(30, i => 1.0 + 2.0 * x[i, 0] + Normal.Sample(random, 0.0, 0.1));
            var problem = new FitProblem
            {
                Model = Model.Of(module, ["x"]),
                Distance = Distance.Parse(distance),
                Inputs = x,
                Targets = y,
                Minimizer = minimizer == "lbfgs" ? Minimizer.Lbfgs() : null,
            };
            if (minimizer == "bounds")
            {
                problem = problem with
                {
                    Bounds = new Dictionary<string, (double, double)> { ["weight[0]"] = (-10.0, 10.0) },
                };
            }

            FitResult fit = problem.Fit((Vector<double>?)null);
            FitResult line = (problem with
            {
                Model = Model.FromFormula("w*x + b", "x"),
                Bounds = new Dictionary<string, (double, double)>(),
                Minimizer = null,
            }).Fit(Vector<double>.Build.Dense(2));
            double share = Math.Max(
                Math.Abs(fit.Parameters[0] - line.Parameters[0]) / line.StandardErrors[0],
                Math.Abs(fit.Parameters[1] - line.Parameters[1]) / line.StandardErrors[1]);
            string figures =
                $"{fit.Minimum.Termination}, {share:G3} standard errors away, {fit.Minimum.Iterations} iterations";
            TestContext.Current.TestOutputHelper!.WriteLine(figures);
            Assert.True(fit.Minimum.IsConverged, figures);

            // A corner can only be rounded as sharply as float32 tells the two sides apart.
            Assert.True(share < (distance == "laplace" ? 0.1 : 0.01), figures);
        }
    }
}
