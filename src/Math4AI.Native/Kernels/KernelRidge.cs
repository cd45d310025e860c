using System.Globalization;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels;

/// <summary>
/// Kernel ridge regression: the function of the kernel's space that minimises Σ (y_i − f(x_i))² + λ ‖f‖², f(x) = Σ α_i k(x_i, x) with
/// (K + λ I) α = y.
/// </summary>
/// <remarks>Time n³/3, memory one array of n² numbers. It equals scikit-learn's <c>KernelRidge</c>.</remarks>
public sealed record KernelRidge
{
    /// <summary>Gets the kernel.</summary>
    public required Kernel Kernel { get; init; }

    /// <summary>Gets λ, the weight of the norm: larger is smoother.</summary>
    public double Penalty { get; init; } = 1.0;

    /// <summary>Fits the function to samples.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="targets">y, samples × outputs.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together, or a number is not finite.</exception>
    /// <exception cref="ArithmeticException">K + λ I is not positive definite to rounding.</exception>
    public KernelRidgeFit Fit(Matrix<double> inputs, Matrix<double> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfNegative(Penalty);
        var x = new KernelSamples(inputs, nameof(inputs));
        Kernel.Check(x);
        if (targets.RowCount != x.Count || x.Count == 0)
        {
            throw new ArgumentException($"There are {x.Count} samples and {targets.RowCount} rows of targets.", nameof(targets));
        }

        double[] weights = new KernelSamples(targets, nameof(targets)).ToMatrix().ToColumnMajorArray();
        var gram = new GramMatrix(x.Count, x.Count);
        Kernel.Fill(x, x, gram);
        for (int i = 0; i < x.Count; i++)
        {
            gram.Column(i)[i] += Penalty;
        }

        PositiveDefiniteFactor factor = PositiveDefiniteFactor.TryFactor(gram.Values, x.Count)
            ?? throw new ArithmeticException(string.Create(
                CultureInfo.InvariantCulture, $"K + {Penalty:G3} I is not positive definite to rounding: use a larger Penalty."));
        factor.Solve(weights);
        return new KernelRidgeFit(Kernel, x.Copy(), Matrix<double>.Build.Dense(x.Count, targets.ColumnCount, weights));
    }

    /// <summary>Fits the function to samples with one output.</summary>
    /// <inheritdoc cref="Fit(Matrix{double}, Matrix{double})"/>
    public KernelRidgeFit Fit(Matrix<double> inputs, Vector<double> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return Fit(inputs, targets.ToColumnMatrix());
    }
}
