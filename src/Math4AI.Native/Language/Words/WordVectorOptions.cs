namespace Math4AI.Language.Words;

/// <summary>The settings of <see cref="WordVectors.Train"/>.</summary>
public sealed record WordVectorOptions
{
    /// <summary>Gets the numbers of a vector.</summary>
    public int Dimensions { get; init; } = 100;

    /// <summary>
    /// Gets the greatest distance of two words of a line that count as a pair, with the weight 1/distance.
    /// </summary>
    public int Window { get; init; } = 8;

    /// <summary>Gets how often a word must occur.</summary>
    public int MinCount { get; init; } = 5;

    /// <summary>Gets the most words, the most frequent first.</summary>
    public int MaxWords { get; init; } = 400_000;

    /// <summary>
    /// Gets α: contexts count with the power α of their frequency, so that rare ones do not stand out.
    /// </summary>
    public double Smoothing { get; init; } = 0.75;

    /// <summary>Gets k, whose logarithm is taken off: 1 for nothing.</summary>
    public double Shift { get; init; } = 1.0;

    /// <summary>Gets the power of the singular values that scale the vectors.</summary>
    public double Power { get; init; } = 0.6;

    /// <summary>
    /// Gets the weight with which a word's vector as a context is added to its own: similar meanings gain by it,
    /// analogies of grammar lose.
    /// </summary>
    public double ContextWeight { get; init; } = 0.5;

    /// <summary>Gets the seed of the random subspace.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One of them is not possible; the message names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Window, PairCounts.Unit);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWords, 2);
        if (!(Smoothing is > 0.0 and <= 1.0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Smoothing), Smoothing, "Smoothing must be above 0 and at most 1.");
        }

        if (!(Shift is >= 1.0 and < double.PositiveInfinity))
        {
            throw new ArgumentOutOfRangeException(nameof(Shift), Shift, "Shift must be 1 or more.");
        }

        if (!(ContextWeight is >= 0.0 and < double.PositiveInfinity))
        {
            throw new ArgumentOutOfRangeException(
                nameof(ContextWeight), ContextWeight, "The weight of contexts must be 0 or more.");
        }

        if (!(Power is >= 0.0 and <= 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(Power), Power, "Power must be from 0 to 1.");
        }
    }
}
