namespace Math4AI.Fitting.Distances;

/// <summary>A distance between all that a model predicts of a sample and all that was observed of it, f ∈ Rⁿ and y ∈ Rᵐ.</summary>
public abstract class VectorDistance : Distance
{
    /// <summary>d and its slopes.</summary>
    /// <param name="predicted">f.</param>
    /// <param name="observed">y.</param>
    /// <param name="slopes">∂d/∂f, n numbers.</param>
    public abstract double Expand(ReadOnlySpan<double> predicted, ReadOnlySpan<double> observed, Span<double> slopes);

    /// <summary>Throws where y cannot be such an observation, or the model gives another number of outputs than are needed.</summary>
    /// <param name="observed">y.</param>
    /// <param name="outputs">n.</param>
    /// <exception cref="ArgumentException">The message says what would be right.</exception>
    public abstract void Check(ReadOnlySpan<double> observed, int outputs);

    /// <summary>What the observation differs by from its expectation: one number for each column of y.</summary>
    /// <param name="predicted">f.</param>
    /// <param name="observed">y.</param>
    /// <param name="residuals">m numbers.</param>
    public abstract void Residuals(ReadOnlySpan<double> predicted, ReadOnlySpan<double> observed, Span<double> residuals);

    /// <summary>One number is no vector.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public sealed override Expansion Expand(double predicted, double observed, double logScale) =>
        throw new NotSupportedException($"The distance '{Name}' compares vectors; f and y have to be given as such.");
}
