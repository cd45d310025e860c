namespace Math4AI.Probability.Sampling;

/// <summary>Represents what draws say of one parameter, and how far they can be trusted.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mean">The mean of the draws.</param>
/// <param name="StandardDeviation">Their standard deviation.</param>
/// <param name="MonteCarloError">
/// The standard error of the mean as an estimate of the density's, the deviation over the root of the effective size.
/// </param>
/// <param name="Median">Their median.</param>
/// <param name="Lower">The quantile (1 − level)/2.</param>
/// <param name="Upper">The quantile (1 + level)/2.</param>
/// <param name="HighestDensity">The shortest interval that holds the level of the draws.</param>
/// <param name="RHat">R̂, below 1.01 where the chains agree.</param>
/// <param name="BulkEffectiveSize">The independent draws that these are worth for the center.</param>
/// <param name="TailEffectiveSize">The same for the 5 % and 95 % quantiles.</param>
public sealed record ParameterSummary(
    string Name,
    double Mean,
    double StandardDeviation,
    double MonteCarloError,
    double Median,
    double Lower,
    double Upper,
    (double Lower, double Upper) HighestDensity,
    double RHat,
    double BulkEffectiveSize,
    double TailEffectiveSize);
