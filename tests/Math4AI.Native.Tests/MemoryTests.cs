using System.Diagnostics;
using Math4AI.Calculus;
using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests;

/// <summary>Runs alone: what other tests allocate would count here.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Trait("Runs", "alone")]
[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    /// <summary>Runs the work twice as warm-up and then many times: what stays must not grow with the count.</summary>
    private static void StaysFlat(Action work, int count)
    {
        for (int i = 0; i < count / 10; i++)
        {
            work();
        }

        long before = Resident();
        for (int i = 0; i < count; i++)
        {
            work();
        }

        // A leak of one result each time would be far over this.
        Assert.InRange(Resident() - before, long.MinValue, 30L << 20);
    }

    [Fact]
    public void A_million_small_products_leave_nothing_behind()
    {
        Matrix<double> a = Matrix<double>.Build.Random(6, 6, 1), c = Matrix<double>.Build.Dense(6, 6);
        StaysFlat(() => a.Multiply(a, c), 1_000_000);
    }

    [Fact]
    public void Ten_thousand_decompositions_leave_nothing_behind()
    {
        Matrix<double> a = Matrix<double>.Build.Random(50, 50, 2);
        StaysFlat(() => a.Svd(), 10_000);
    }

    [Fact]
    public void Ten_thousand_views_leave_nothing_behind()
    {
        // 80 kB each: 800 MB if they stayed.
        StaysFlat(
            () =>
            {
                using TorchSharp.torch.Tensor view = Matrix<double>.Build.Dense(100, 100).AsTensor();
            },
            10_000);
    }

    [Fact]
    public void Twenty_thousand_derivatives_leave_nothing_behind()
    {
        Vector<double> at = Vector<double>.Build.Dense([0.5, -1.0, 2.0]);
        StaysFlat(() => Derivative.Gradient(x => (x * x.sin()).sum(), at), 20_000);
    }

    [Fact]
    public void A_hundred_thousand_fits_of_three_parameters_leave_nothing_behind()
    {
        Model decay = Model.FromFormula("a*exp(-b*x) + c", "x");
        Matrix<double> x = Matrix<double>.Build.Dense(12, 1, (i, _) => 0.5 * i);
        Vector<double> noise = 0.1 * Vector<double>.Build.Random(12, 3);
        var problem = new FitProblem
        {
            Model = decay,
            Inputs = x,
            Targets = decay.Evaluate(x, Vector<double>.Build.Dense([5.0, 0.7, 1.0])) + noise,
        };
        var start = new Dictionary<string, double> { ["a"] = 5.0, ["b"] = 0.7, ["c"] = 0.0 };
        StaysFlat(() => problem.Fit(start), 100_000);
    }
}
