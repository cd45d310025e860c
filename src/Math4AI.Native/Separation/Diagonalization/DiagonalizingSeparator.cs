using Math4AI.Data;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Diagonalization;

/// <summary>
/// A method that whitens, and then jointly diagonalizes matrices that are diagonal for independent sources.
/// </summary>
internal abstract class DiagonalizingSeparator(int? sources) : WhiteningSeparator(sources)
{
    /// <summary>The name of the objective that the methods report.</summary>
    protected const string OffDiagonal = "sum of squared off-diagonal elements";

    // Rotations below this share of the statistical error 1/√n are not made.
    private const double MinTurn = 1e-3;

    protected override (Unmixing Unmixing, Termination Termination) Solve(
        ISampleSource mixture, Whitening whitening, SeparationLog log, CancellationToken cancellation)
    {
        (Matrix<double> rotation, bool converged) = JointDiagonalization.Solve(
            Matrices(mixture, whitening, cancellation),
            MinTurn / Math.Sqrt(mixture.Length),
            (angle, rest) =>
            {
                cancellation.ThrowIfCancellationRequested();
                log.Add("solve", angle, rest);
            });
        return (
            whitening.ToUnmixing(rotation.Transpose()),
            converged ? Termination.Converged : Termination.IterationLimit);
    }

    /// <summary>Computes the matrices of the white signals.</summary>
    /// <exception cref="ArgumentException">The data do not suit the method.</exception>
    protected abstract Matrix<double>[] Matrices(
        ISampleSource mixture, Whitening whitening, CancellationToken cancellation);
}
