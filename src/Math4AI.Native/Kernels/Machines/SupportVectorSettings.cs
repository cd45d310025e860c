using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Machines;

/// <summary>What support vector machines for classes and for numbers have in common.</summary>
public abstract record SupportVectorSettings
{
    private protected SupportVectorSettings()
    {
    }

    /// <summary>
    /// Gets the kernel; null for <c>Kernel.Rbf(√(d/2))</c> of d inputs, which is exp(−γ r²) with γ = 1/d: of any γ, the
    /// length scale is 1/√(2γ).
    /// </summary>
    public Kernel? Kernel { get; init; }

    /// <summary>Gets C, the cost of an error: larger follows the samples more closely.</summary>
    public double Penalty { get; init => field = Setting.Above(value, 0.0); } = 1.0;

    /// <summary>
    /// Gets whether inputs are shifted and scaled to mean 0 and variance 1: other scales make the search long and the
    /// answer worse.
    /// </summary>
    public bool Standardize { get; init; } = true;

    /// <summary>Gets by how much the optimality conditions may be violated in the end.</summary>
    public double Tolerance { get; init => field = Setting.Above(value, 0.0); } = 1e-3;

    /// <summary>Gets the limit on steps; a fit that reaches it says so.</summary>
    public int MaxIterations { get; init => field = Setting.AtLeast(value, 1); } = 10_000_000;

    /// <summary>Gets the memory for rows of kernel values, in bytes.</summary>
    public long CacheBytes { get; init => field = Setting.AtLeast(value, 0); } = 2L << 30;

    private protected MachineSamples Prepare(Matrix<double> inputs, IReadOnlyList<double> penalties)
    {
        Positive.Check(penalties, "penalty");
        Positive.Check(Tolerance, "tolerance");
        var samples = new MachineSamples(inputs, Standardize);
        (Kernel ?? KernelOf(samples)).Check(samples.Inputs);
        return samples;
    }

    /// <summary>
    /// Solves dual problems of the same samples, whose numbers are given where they are some of more: each begins where
    /// the one before ended, and rows of the kernel serve all.
    /// </summary>
    private protected SupportVectorFit[] Solve(
        MachineSamples samples, KernelSamples x, IReadOnlyList<DualProblem> problems, CancellationToken cancellation,
        int[]? numbers = null)
    {
        Kernel kernel = Kernel ?? KernelOf(samples);
        var solver = new DualSolver(problems[0], new KernelRows(kernel, x, CacheBytes));
        var fits = new SupportVectorFit[problems.Count];
        for (int i = 0; i < fits.Length; i++)
        {
            if (i > 0)
            {
                solver.Continue(problems[i]);
            }

            fits[i] = new SupportVectorFit(
                samples, kernel, solver.Solve(Tolerance, MaxIterations, cancellation), numbers);
        }

        return fits;
    }

    private static Kernel KernelOf(MachineSamples samples) =>
        Kernels.Kernel.Rbf(Math.Sqrt(0.5 * samples.Inputs.Inputs));
}
