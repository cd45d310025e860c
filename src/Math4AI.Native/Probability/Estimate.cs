namespace Math4AI.Probability;

/// <summary>Represents an estimate from samples, with its standard error.</summary>
/// <param name="Value">The estimate; information and entropy in nats.</param>
/// <param name="StandardError">
/// The standard deviation of the estimate over data sets of independent samples, from the spread of the samples'
/// contributions, and of those from neighbors from that of halves of the samples too. It does not include the bias.
/// </param>
public readonly record struct Estimate(double Value, double StandardError)
{
    /// <summary>
    /// Gets how far off the estimate may be on average, judged by the samples themselves; 0 where it is not judged: see
    /// <see cref="MutualInformation.Ksg"/>.
    /// </summary>
    public double Bias { get; init; }

    /// <summary>
    /// Gets whether the truth is at least about so much and may be far more, even infinite, as the information of two
    /// variables is where one is a function of the other: the estimate still grows with the number of samples. See <see
    /// cref="MutualInformation.Ksg"/>.
    /// </summary>
    public bool IsLowerBound { get; init; }

    /// <summary>
    /// Gets the number of samples that the estimate is the mean over, without those that are copies of others; 0 where
    /// it is no mean over samples.
    /// </summary>
    public int Samples { get; init; }

    /// <summary>Gets √(standard error² + bias²), how far off the estimate may be in all.</summary>
    public double Error => Math.Sqrt(StandardError * StandardError + Bias * Bias);

    /// <summary>Converts an estimate to its value.</summary>
    public static implicit operator double(Estimate estimate) => estimate.Value;

    /// <summary>Returns the value without its standard error.</summary>
    public double ToDouble() => Value;

    /// <summary>Adds a constant, which has no error.</summary>
    internal Estimate Plus(double constant) => this with { Value = Value + constant };

    /// <summary>Returns the mean of the contributions of the samples, and its standard error.</summary>
    internal static Estimate MeanOf(ReadOnlySpan<double> contributions)
    {
        double mean = System.Numerics.Tensors.TensorPrimitives.Average(contributions), squares = 0.0;
        foreach (double contribution in contributions)
        {
            squares += (contribution - mean) * (contribution - mean);
        }

        double n = contributions.Length;
        return new Estimate(mean, n > 1 ? Math.Sqrt(squares / (n - 1.0) / n) : double.PositiveInfinity)
        {
            Samples = contributions.Length,
        };
    }
}
