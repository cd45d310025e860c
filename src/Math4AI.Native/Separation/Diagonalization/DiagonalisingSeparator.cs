using System.Diagnostics;
using Math4AI.Data;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Diagonalization;

/// <summary>A method that whitens, and then makes matrices diagonal together that are diagonal for independent sources.</summary>
internal abstract class DiagonalisingSeparator(int? sources) : Separator
{
    // The least rotation worth doing, as a share of the statistical error 1/√n.
    private const double LeastTurn = 1e-3;

    private protected override Solution Solve(ISampleSource mixture, SeparationLog log, CancellationToken cancellation)
    {
        log.Begin("whiten");
        long start = Stopwatch.GetTimestamp();
        Whitening whitening = Whitening.Of(mixture, sources, cancellation);
        double whitenSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        start = Stopwatch.GetTimestamp();
        (Matrix<double> rotation, bool converged) = JointDiagonalization.Solve(
            Matrices(mixture, whitening, cancellation),
            LeastTurn / Math.Sqrt(mixture.Length),
            (angle, rest) =>
            {
                cancellation.ThrowIfCancellationRequested();
                log.Add("solve", angle, rest);
            });
        return new Solution(
            new Unmixing(
                rotation.Transpose() * whitening.Matrix, whitening.Inverse * rotation, whitening.Covariance.Mean),
            whitening.Covariance,
            converged ? Termination.Converged : Termination.IterationLimit,
            whitening.Notes(),
            whitenSeconds,
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>The matrices of white signals.</summary>
    /// <exception cref="ArgumentException">The data do not suit the method.</exception>
    protected abstract Matrix<double>[] Matrices(ISampleSource mixture, Whitening whitening, CancellationToken cancellation);
}
