namespace Math4AI.Fitting.Linear;

/// <summary>The cost of one sample of a linear predictor, as <see cref="LinearNewton"/> needs it.</summary>
internal abstract class LinearLoss
{
    /// <summary>The slope ∂d/∂f at f = 0 is this minus y.</summary>
    public abstract double MeanAtZero { get; }

    /// <summary>
    /// Whether one step of Newton's method is exact, so that a part of the samples gives no better start.
    /// </summary>
    public abstract bool IsQuadratic { get; }

    /// <summary>Turns f into ∂d/∂f.</summary>
    /// <param name="f">f, then ∂d/∂f, one number a sample.</param>
    /// <param name="y">y.</param>
    /// <param name="root">Receives √(∂²d/∂f²).</param>
    /// <returns>Σ d.</returns>
    public abstract double Slopes(Span<double> f, ReadOnlySpan<double> y, Span<double> root);
}
