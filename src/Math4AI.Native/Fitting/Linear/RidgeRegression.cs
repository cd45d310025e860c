using System.Numerics.Tensors;
using Math4AI.Processes;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Linear;

/// <summary>
/// Ridge regression with many samples, least squares where λ = 0: minimizes ½ Σ (f − y)² + ½ λ ‖w‖² with f = Xw + b,
/// over blocks of samples. Equals <c>sklearn.linear_model.Ridge(alpha=λ)</c>.
/// </summary>
public sealed record RidgeRegression
{
    /// <summary>Gets the penalty λ, 0 or more. The default is 1.</summary>
    public double Penalty { get; init => field = Setting.AtLeast(value, 0.0); } = 1.0;

    /// <summary>
    /// Gets the processes that fit together: each passes its own samples, the sums are over all of them, and every
    /// process gets the same answer.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>Finds the weights and the intercept.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="targets">y, one number for each sample.</param>
    /// <param name="cancellation">Stops the fit between blocks.</param>
    /// <exception cref="ArgumentException">Shapes do not belong together, or a value is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The penalty is negative or not finite.</exception>
    public LinearFit Fit(Matrix<double> inputs, Vector<double> targets, CancellationToken cancellation = default) =>
        LinearNewton.Solve(
            Processes.Agree(() => new LabelledSamples(inputs, targets, Processes)), Penalty, new Loss(), cancellation);

    private sealed class Loss : LinearLoss
    {
        public override double MeanAtZero => 0.0;

        public override bool IsQuadratic => true;

        /// <summary>f becomes f − y; returns ½ Σ (f − y)².</summary>
        public override double Slopes(Span<double> f, ReadOnlySpan<double> y, Span<double> root)
        {
            root.Fill(1.0);
            TensorPrimitives.Subtract(f, y, f);
            return 0.5 * TensorPrimitives.SumOfSquares(f);
        }
    }
}
