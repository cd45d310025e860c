using System.Numerics.Tensors;

namespace Math4AI.Kernels.Systems;

/// <summary>How conjugate gradients ended.</summary>
/// <param name="Iterations">The products with the matrix.</param>
/// <param name="Residual">‖b − A x‖/‖b‖.</param>
internal readonly record struct SolveReport(int Iterations, double Residual);

/// <summary>
/// Solves A x = b with a symmetric positive definite A by preconditioned conjugate gradients. Source: Hestenes and
/// Stiefel, Journal of Research of the National Bureau of Standards 49 (1952).
/// </summary>
internal static class ConjugateGradients
{
    /// <summary>Solves for one right side.</summary>
    /// <param name="matrix">A.</param>
    /// <param name="preconditioner">M⁻¹.</param>
    /// <param name="right">b.</param>
    /// <param name="solution">x, from 0.</param>
    /// <param name="tolerance">The residual to reach, relative to b.</param>
    /// <param name="maxIterations">The limit on iterations.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    public static SolveReport Solve(
        KernelOperator matrix,
        IPreconditioner preconditioner,
        ReadOnlySpan<double> right,
        Span<double> solution,
        double tolerance,
        int maxIterations,
        CancellationToken cancellation = default)
    {
        double[] residual = right.ToArray(), conditioned = new double[right.Length];
        double[] direction = new double[right.Length], product = new double[right.Length];
        solution.Clear();
        double whole = TensorPrimitives.Norm<double>(residual), norm = whole, energy = 0.0;
        int iterations = 0;
        while (norm > tolerance * whole && iterations < maxIterations)
        {
            cancellation.ThrowIfCancellationRequested();
            preconditioner.Apply(residual, conditioned);
            double before = energy;
            energy = TensorPrimitives.Dot<double>(residual, conditioned);
            TensorPrimitives.MultiplyAdd(direction, iterations == 0 ? 0.0 : energy / before, conditioned, direction);
            matrix.Multiply(direction, product);
            double length = energy / TensorPrimitives.Dot<double>(direction, product);
            if (!double.IsFinite(length))
            {
                break;
            }

            TensorPrimitives.MultiplyAdd(direction, length, solution, solution);
            TensorPrimitives.MultiplyAdd(product, -length, residual, residual);
            norm = TensorPrimitives.Norm<double>(residual);
            iterations++;
        }

        return new SolveReport(iterations, whole == 0.0 ? 0.0 : norm / whole);
    }
}
