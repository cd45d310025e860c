namespace Math4AI.Probability.Forecasts;

/// <summary>The check of what calibrations learn from.</summary>
internal static class ScoredEvents
{
    /// <summary>Returns the scores, or throws where they do not fit the events.</summary>
    public static double[] Require(IReadOnlyList<double> scores, IReadOnlyList<bool> happened)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(happened);
        return scores.Count > 0 && scores.Count == happened.Count && scores.All(double.IsFinite)
            ? [.. scores]
            : throw new ArgumentException(
                $"There are {scores.Count} scores and {happened.Count} events: as many finite scores as events are "
                + "needed, and one at least.");
    }
}
