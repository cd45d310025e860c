using System.Globalization;
using Math4AI.Kernels.Systems;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Processes;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels;

/// <summary>
/// Kernel ridge regression: the function of the kernel's space that minimizes Σ (y_i − f(x_i))² + λ ‖f‖², f(x) = Σ α_i
/// k(x_i, x) with (K + λ I) α = y.
/// </summary>
/// <remarks>It equals scikit-learn's <c>KernelRidge</c>. Time and memory: <see cref="KernelRidgeSolver"/>.</remarks>
public sealed record KernelRidge
{
    // Beyond it, the factor's n³/3 operations take longer than conjugate gradients do.
    private const int MaxFactored = 15_000;

    // What a factor in float64 reaches; a matrix that float32 resolves ends there after two or three steps.
    private const double FloatTolerance = 1e-12;

    private const int MaxRefinements = 20;

    /// <summary>Gets the kernel.</summary>
    public required Kernel Kernel { get; init; }

    /// <summary>Gets λ, the weight of the norm: larger is smoother.</summary>
    public double Penalty { get; init => field = Setting.AtLeast(value, 0.0); } = 1.0;

    /// <summary>
    /// Gets whether the targets' means are learned apart, without a penalty, and the rest by the kernel.
    /// </summary>
    public bool Center { get; init; }

    /// <summary>Gets how the system is solved.</summary>
    public KernelRidgeSolver Solver { get; init; }

    /// <summary>Gets the residual ‖y − (K + λ I) α‖/‖y‖ at which conjugate gradients end.</summary>
    public double Tolerance { get; init => field = Setting.Above(value, 0.0); } = 1e-6;

    /// <summary>Gets the limit on steps of conjugate gradients; a fit that reaches it says so.</summary>
    public int MaxIterations { get; init => field = Setting.AtLeast(value, 1); } = 500;

    /// <summary>
    /// Gets the number of samples that Nyström's approximation is made of, which take 8 bytes for each of the samples.
    /// </summary>
    public int LandmarkCount { get; init => field = Setting.AtLeast(value, 1); } = 1000;

    /// <summary>Gets the seed of the choice of those samples.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets the processes that share the products of conjugate gradients, each with the same samples. The default is
    /// this process alone.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>Fits the function to samples.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="targets">y, samples × outputs.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together, or a number is not finite.</exception>
    /// <exception cref="ArithmeticException">K + λ I is not positive definite to rounding.</exception>
    public KernelRidgeFit Fit(Matrix<double> inputs, Matrix<double> targets, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(targets);
        Positive.Check(Tolerance, "tolerance");
        var x = new KernelSamples(inputs, nameof(inputs));
        Kernel.Check(x);
        if (targets.RowCount != x.Count || x.Count == 0)
        {
            throw new ArgumentException(
                $"There are {x.Count} samples and {targets.RowCount} rows of targets.", nameof(targets));
        }

        double[] right = new KernelSamples(targets, nameof(targets)).Copy().Values, weights = new double[right.Length];
        double[] offsets = Center ? TakeMeans(right, x.Count) : new double[targets.ColumnCount];
        Processes.RequireSame("The samples", $"{x.Count} × {inputs.ColumnCount}");
        double[] penalties = new double[x.Count];
        Array.Fill(penalties, Penalty);
        var matrix = new KernelOperator(Kernel, x, penalties, Processes);
        bool isFactored = Solver == KernelRidgeSolver.Factor
            || (Solver == KernelRidgeSolver.Auto && x.Count <= MaxFactored);
        SolveReport report = isFactored
            ? SolveByFactor(x, matrix, right, weights, cancellation)
            : SolveByGradients(x, matrix, penalties, right, weights, cancellation);
        return new KernelRidgeFit(
            Kernel,
            x.Copy(),
            Matrix<double>.Build.Dense(x.Count, targets.ColumnCount, weights),
            Vector<double>.Build.Dense(offsets),
            new RidgeReport(report.Iterations, report.Residual, isFactored || report.Residual <= Tolerance));
    }

    /// <summary>Subtracts from each output its mean, and returns the means.</summary>
    private static double[] TakeMeans(double[] targets, int samples)
    {
        double[] means = new double[targets.Length / samples];
        for (int output = 0; output < means.Length; output++)
        {
            Span<double> column = targets.AsSpan(output * samples, samples);
            means[output] = InputScaling.MeanAndDeviation(column.ToArray()).Mean;
            System.Numerics.Tensors.TensorPrimitives.Subtract(column, means[output], column);
        }

        return means;
    }

    /// <summary>Fits the function to samples with one output.</summary>
    /// <inheritdoc cref="Fit(Matrix{double}, Matrix{double}, CancellationToken)"/>
    public KernelRidgeFit Fit(Matrix<double> inputs, Vector<double> targets, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return Fit(inputs, targets.ToColumnMatrix(), cancellation);
    }

    /// <summary>
    /// A factor in float32 refined to float64; one in float64 where that one is singular or too far from the matrix.
    /// </summary>
    private SolveReport SolveByFactor(
        KernelSamples x, KernelOperator matrix, double[] right, double[] weights, CancellationToken cancellation)
    {
        if (SingleFactor.TryFactor(matrix) is { } single)
        {
            SolveReport refined = Solve(matrix, single, right, weights, FloatTolerance, MaxRefinements, cancellation);
            if (refined.Residual <= FloatTolerance)
            {
                return refined;
            }
        }

        var gram = new GramMatrix(x.Count, x.Count);
        Kernel.Fill(x, x, gram);
        for (int i = 0; i < x.Count; i++)
        {
            gram.Column(i)[i] += Penalty;
        }

        PositiveDefiniteFactor factor = PositiveDefiniteFactor.TryFactor(gram.Values, x.Count)
            ?? throw new ArithmeticException(string.Create(
                CultureInfo.InvariantCulture,
                $"K + {Penalty:G3} I is not positive definite to rounding: use a larger Penalty."));
        right.CopyTo(weights, 0);
        factor.Solve(weights);
        return new SolveReport(0, 0.0);
    }

    private SolveReport SolveByGradients(
        KernelSamples x, KernelOperator matrix, double[] penalties, double[] right, double[] weights,
        CancellationToken cancellation)
    {
        if (Penalty == 0.0)
        {
            throw new ArgumentException(
                "Conjugate gradients need a positive Penalty: without one the system is singular to rounding.");
        }

        var nystrom =
            new NystromPreconditioner(Landmarks.Choose(Kernel, x, LandmarkCount, Seed).Features(x), penalties);
        return Solve(matrix, nystrom, right, weights, Tolerance, MaxIterations, cancellation);
    }

    /// <summary>Solves for every output; the report is that of the worst.</summary>
    private static SolveReport Solve(
        KernelOperator matrix,
        IPreconditioner preconditioner,
        double[] right,
        double[] weights,
        double tolerance,
        int maxIterations,
        CancellationToken cancellation)
    {
        SolveReport worst = default;
        for (int first = 0; first < right.Length; first += matrix.Order)
        {
            SolveReport report = ConjugateGradients.Solve(
                matrix,
                preconditioner,
                right.AsSpan(first, matrix.Order),
                weights.AsSpan(first, matrix.Order),
                tolerance,
                maxIterations,
                cancellation);
            worst = new SolveReport(
                Math.Max(worst.Iterations, report.Iterations), Math.Max(worst.Residual, report.Residual));
        }

        return worst;
    }
}
