namespace Math4AI.Fitting.Distances;

/// <summary>
/// A distance d(f, y) between the vector f ∈ Rⁿ that a model predicts for a sample and the observed vector y ∈ Rᵐ.
/// </summary>
public abstract class VectorDistance : Distance
{
    /// <summary>Gets false: all outputs of a sample are compared with all of its observed numbers together.</summary>
    public sealed override bool IsElementwise => false;

    /// <summary>Returns d and its slopes.</summary>
    /// <param name="predicted">f, n numbers.</param>
    /// <param name="observed">y, m numbers.</param>
    /// <param name="slopes">Receives ∂d/∂f, n numbers.</param>
    public abstract double Expand(ReadOnlySpan<double> predicted, ReadOnlySpan<double> observed, Span<double> slopes);

    /// <summary>
    /// Throws where y cannot be an observation, or the model gives another number of outputs than are needed.
    /// </summary>
    /// <param name="observed">y, m numbers.</param>
    /// <param name="outputs">n, the number of outputs of the model.</param>
    /// <exception cref="ArgumentException">The message says what would be right.</exception>
    public abstract override void Check(ReadOnlySpan<double> observed, int outputs);

    /// <summary>Writes the residuals of a sample, one for each column of y.</summary>
    /// <param name="predicted">f, n numbers.</param>
    /// <param name="observed">y, m numbers.</param>
    /// <param name="residuals">Receives m numbers.</param>
    public abstract override void Residuals(
        ReadOnlySpan<double> predicted, ReadOnlySpan<double> observed, Span<double> residuals);

    /// <inheritdoc/>
    public sealed override double ExpandSample(
        ReadOnlySpan<double> predicted,
        ReadOnlySpan<double> observed,
        double logScale,
        Span<double> slopes,
        out double scaleSlope)
    {
        scaleSlope = 0.0;
        return Expand(predicted, observed, slopes);
    }

    /// <summary>Throws <see cref="NotSupportedException"/>, because a single number is not a vector.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public sealed override Expansion Expand(double predicted, double observed, double logScale) =>
        throw new NotSupportedException($"The distance '{Name}' compares vectors; f and y have to be given as such.");
}
