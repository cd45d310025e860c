using Math4AI.Probability.Forecasts;

namespace Math4AI.Training.Scoring;

/// <summary>Proper scores of the distributions that a model predicts, means over rows; lower is better.</summary>
/// <param name="NegativeLogLikelihood">The mean of −ln p(y), in nats.</param>
/// <param name="Crps">The continuous ranked probability score, in the unit of the numbers.</param>
public sealed record DistributionScores(double NegativeLogLikelihood, double Crps)
{
    /// <summary>Scores distributions.</summary>
    /// <param name="predicted">The distribution of each number.</param>
    /// <param name="observed">The numbers.</param>
    /// <exception cref="ArgumentException">There are none, or not as many of both.</exception>
    public static DistributionScores Of(
        IReadOnlyList<PredictiveDistribution> predicted, IReadOnlyList<double> observed)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(observed);
        return predicted.Count == observed.Count && observed.Count > 0
            ? new DistributionScores(
                predicted.Zip(observed, (distribution, y) => -distribution.LogDensity(y)).Average(),
                predicted.Zip(observed, (distribution, y) => distribution.Crps(y)).Average())
            : throw new ArgumentException(
                $"There are {predicted.Count} distributions and {observed.Count} numbers: one of each is needed.");
    }
}
