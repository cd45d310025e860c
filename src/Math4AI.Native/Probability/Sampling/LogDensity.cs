namespace Math4AI.Probability.Sampling;

/// <summary>Computes log p(θ), up to a constant, and its gradient.</summary>
/// <param name="parameters">θ.</param>
/// <param name="gradient">Receives ∂ log p/∂θ.</param>
/// <returns>log p(θ); −∞ or NaN where p is 0 or not defined.</returns>
public delegate double LogDensityFunction(ReadOnlySpan<double> parameters, Span<double> gradient);

/// <summary>
/// Represents the logarithm of a probability density of parameters θ ∈ Rᵏ, up to a constant, with its gradient: what a
/// sampler draws from. A density of your own derives from this class, or is made by <see cref="Of"/>.
/// </summary>
public abstract class LogDensity
{
    /// <summary>Gets the names of the parameters, in order.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>
    /// Gets the range of each parameter, infinite for an open side; the density is 0 outside. The default is all of R.
    /// </summary>
    public virtual IReadOnlyList<(double Lower, double Upper)> Bounds =>
        [.. Names.Select(_ => (double.NegativeInfinity, double.PositiveInfinity))];

    /// <summary>
    /// Gets groups of parameters that are above 0 and add up to 1, such as the shares of a mixture, each by its names;
    /// they need no bounds. The default is none. The density is one by all of a group but one, as Dirichlet's is.
    /// </summary>
    public virtual IReadOnlyList<IReadOnlyList<string>> Simplices => [];

    /// <summary>Computes log p(θ), up to a constant, and its gradient.</summary>
    /// <param name="parameters">θ, inside its bounds.</param>
    /// <param name="gradient">Receives ∂ log p/∂θ.</param>
    /// <returns>log p(θ); −∞ or NaN where p is 0 or not defined.</returns>
    public abstract double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient);

    /// <summary>
    /// Returns the same density for one chain, which runs beside others on a thread of its own. The default returns
    /// this object, which several threads then use at once; a density that keeps buffers returns a copy.
    /// </summary>
    public virtual LogDensity ForChain() => this;

    /// <summary>Whether whoever made the density has tested that it has an integral.</summary>
    internal virtual bool IsTested => false;

    /// <summary>Creates a density from a function that several threads may call at once.</summary>
    /// <param name="names">The names of the parameters.</param>
    /// <param name="evaluate">Computes log p(θ) and its gradient.</param>
    /// <param name="bounds">The range of each parameter; null for all of R.</param>
    /// <param name="simplices">Groups of parameters that add up to 1, by their names; null for none.</param>
    /// <exception cref="ArgumentException">There is no name, or another number of bounds.</exception>
    public static LogDensity Of(
        IReadOnlyList<string> names,
        LogDensityFunction evaluate,
        IReadOnlyList<(double Lower, double Upper)>? bounds = null,
        IReadOnlyList<IReadOnlyList<string>>? simplices = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(evaluate);
        if (names.Count == 0 || (bounds is not null && bounds.Count != names.Count))
        {
            throw new ArgumentException(
                $"A density needs a name and bounds for each parameter; there are {names.Count} names and "
                + $"{bounds?.Count ?? 0} bounds.", nameof(names));
        }

        return new FunctionDensity(names, evaluate, bounds, simplices);
    }

    private sealed class FunctionDensity(
        IReadOnlyList<string> names, LogDensityFunction evaluate, IReadOnlyList<(double, double)>? bounds,
        IReadOnlyList<IReadOnlyList<string>>? simplices) : LogDensity
    {
        public override IReadOnlyList<string> Names => names;

        public override IReadOnlyList<(double Lower, double Upper)> Bounds => bounds ?? base.Bounds;

        public override IReadOnlyList<IReadOnlyList<string>> Simplices => simplices ?? base.Simplices;

        public override double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient) =>
            evaluate(parameters, gradient);
    }
}
