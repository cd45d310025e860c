using System.Diagnostics;
using System.Globalization;
using Math4AI.Kernels;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// Kernel ridge regression of more samples than a matrix holds, by conjugate gradients: how far it is from the exact
/// solution, on the equations of some of its samples and, where the exact one can be had, on new samples.
/// </summary>
internal static class LargeRidge
{
    private const double Penalty = 0.1;
    private const int Inputs = 8;
    private const int MaxExact = 15_000;

    public static int Run()
    {
        Compare(10_000);
        Compare(50_000);
        return 0;
    }

    private static void Compare(int samples)
    {
        (Matrix<double> all, Vector<double> targets) = KernelsAgainstPeer.Data(samples + 2000, Inputs);
        Matrix<double> x = all.SubMatrix(0, samples, 0, Inputs), at = all.SubMatrix(samples, 2000, 0, Inputs);
        Vector<double> y = targets.SubVector(0, samples), observed = targets.SubVector(samples, 2000);
        var kernel = Kernel.Rbf(Math.Sqrt(2.5));
        var ridge = new KernelRidge
        {
            Kernel = kernel,
            Penalty = Penalty,
            Solver = KernelRidgeSolver.ConjugateGradients,
        };
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        KernelRidgeFit fit = ridge.Fit(x, y);
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double seconds = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        Vector<double> found = fit.Predict(at).Column(0);

        // The equations (K + λ I) α = y of 500 samples, which took no part in how it was solved.
        int[] rows = [.. Enumerable.Range(0, 500).Select(i => i * (samples / 500))];
        Vector<double> alpha = fit.Weights.Column(0);
        Matrix<double> some = Matrix<double>.Build.DenseOfRowVectors(rows.Select(x.Row));
        Vector<double> left = kernel.Gram(some, x) * alpha
            + Vector<double>.Build.Dense(rows.Length, i => Penalty * alpha[rows[i]] - y[rows[i]]);
        double residual = left.L2Norm() / Vector<double>.Build.Dense(rows.Length, i => y[rows[i]]).L2Norm();

        // With r = y − (K + λ I) α, any prediction is off by k(x)ᵀ (K + λ I)⁻¹ r, at most √(k(x, x)/λ) ‖r‖.
        double bound = fit.Residual * y.L2Norm() / Math.Sqrt(Penalty) / (found.L2Norm() / Math.Sqrt(found.Count));
        string exact = "none: 20 GB";
        if (samples <= MaxExact)
        {
            KernelRidgeFit factored = (ridge with { Solver = KernelRidgeSolver.Factor }).Fit(x, y);
            exact = Relative(found, factored.Predict(at).Column(0)).ToString("E1", CultureInfo.InvariantCulture);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{samples} × {Inputs}: {seconds:0.0} s of the processor, {wall:0.0} s of the wall, {fit.Iterations} "
            + $"steps; residual of 500 equations {residual:E1}; RMSE "
            + $"{(found - observed).L2Norm() / Math.Sqrt(2000):0.00000}; relative difference to exact predictions "
            + $"{exact}, at most {bound:E1} of their root mean square; peak memory "
            + $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e9:0.0} GB"));
    }

    private static double Relative(Vector<double> found, Vector<double> exact) =>
        (found - exact).L2Norm() / exact.L2Norm();
}
