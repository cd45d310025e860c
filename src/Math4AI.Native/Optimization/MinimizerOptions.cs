using Math4AI.Runtime;

namespace Math4AI.Optimization;

/// <summary>Specifies what every minimizer understands; the defaults suit most problems.</summary>
public sealed record MinimizerOptions
{
    /// <summary>Gets the largest number of iterations; null for the method's own limit.</summary>
    public int? MaxIterations { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>
    /// Gets the tolerance τ of the gradient: converged when max |∂C/∂θ_i| ≤ τ · max(1, |C|). For least squares it is
    /// the cosine of the angle between the residuals and each column of their Jacobian.
    /// </summary>
    public double GradientTolerance { get; init => field = Setting.Above(value, 0.0); } = 1e-9;

    /// <summary>
    /// Gets the tolerance of the step: converged when no parameter moves by more than this share of its size.
    /// </summary>
    public double StepTolerance { get; init => field = Setting.AtLeast(value, 0.0); } = 1e-12;

    /// <summary>Gets whether the result keeps the points that were passed, in <see cref="Minimum.Path"/>.</summary>
    public bool KeepPath { get; init; }

    /// <summary>Gets who is told of every iteration; null for nobody.</summary>
    public IProgress<MinimizerProgress>? Progress { get; init; }
}
