namespace Math4AI.Optimization;

/// <summary>Settings that every minimiser understands; the defaults suit most problems.</summary>
public sealed record MinimizerOptions
{
    /// <summary>The most steps; null for the method's own number.</summary>
    public int? MaxIterations { get; init; }

    /// <summary>
    /// Converged when max |∂C/∂θ_i| is at most this times max(1, |C|) — for least squares: when every column of J is
    /// orthogonal to r up to this cosine.
    /// </summary>
    public double GradientTolerance { get; init; } = 1e-9;

    /// <summary>Converged when no parameter moves by more than this, relative to its size.</summary>
    public double StepTolerance { get; init; } = 1e-12;

    /// <summary>Whether the points that are passed shall be kept.</summary>
    public bool KeepPath { get; init; }

    internal void Check()
    {
        if (MaxIterations < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxIterations), MaxIterations, "At least one iteration is needed.");
        }

        if (!(GradientTolerance > 0.0) || !(StepTolerance >= 0.0))
        {
            throw new ArgumentOutOfRangeException(nameof(GradientTolerance), "Tolerances must be positive.");
        }
    }
}
